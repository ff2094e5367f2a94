"""Whether a PDF is tagged as it should be: what a reader's software needs, looked for in the file itself."""

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
from pypdf import PdfReader


def elements(node: Any) -> Iterator[Any]:
    """Every structure element below a node of the structure tree."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node.K)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def faults_of(pdf: bytes, folder: Path) -> list[str]:
    """What is missing: language, title, texts of figures, headers of cells, steps of headings, syntax."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        nodes = list(elements(document.Root.StructTreeRoot.K))
        with document.open_metadata() as about:
            claimed = about.get("pdfuaid:part") == "1"
        checks = {
            "claims no PDF/UA": claimed,
            "no language": document.Root.Lang == "en-GB",
            "not marked": bool(document.Root.MarkInfo.Marked),
            "title not shown": bool(document.Root.ViewerPreferences.DisplayDocTitle),
            "no title": bool(str(document.docinfo.get("/Title", ""))),
            "a figure without words": all(
                len(str(node.get("/Alt", ""))) > 4 for node in nodes if node.S == "/Figure"
            ),
            "no figure": any(node.S == "/Figure" for node in nodes),
            "a cell without headings": _tied(nodes),
            "headings that jump": _steps(nodes),
        }
    return [fault for fault, well in checks.items() if not well] + _of_qpdf(pdf, folder)


def _tied(nodes: list[Any]) -> bool:
    headings = {str(node.ID) for node in nodes if node.S == "/TH"}
    cells = [node for node in nodes if node.S == "/TD"]
    return all({str(name) for name in cell.A.Headers} <= headings for cell in cells) and bool(cells)


def _steps(nodes: list[Any]) -> bool:
    levels = [int(str(node.S)[2:]) for node in nodes if re.fullmatch(r"/H\d", str(node.S))]
    return levels[:1] == [1] and all(after <= before + 1 for before, after in pairwise(levels))


def _of_qpdf(pdf: bytes, folder: Path) -> list[str]:
    if shutil.which("qpdf") is None:
        return []
    path = folder / "looked-at.pdf"
    path.write_bytes(pdf)
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    return [] if checked.returncode == 0 else [checked.stderr]
