"""The round summary as PDF: tagged, labelled, and with the numbers of the release and no others."""

import csv
import html as markup
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from sampling.frame import Sector
from survey_app.reports.contents import Cell, Change, Contents, Mark
from survey_app.reports.long_csv import long_csv
from survey_app.reports.round_summary.figures import published_figures
from survey_app.reports.round_summary.pdf import SYNTHETIC, PdfUnavailableError, summary_html, summary_pdf
from survey_app.reports.round_summary.tables import published_tables, side_by_side
from survey_app.reports.round_summary.tables_csv import results_csv
from tests.unit.reports import sample
from tests.unit.reports.tagged import elements

CONTENTS = sample.compared()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return summary_pdf(CONTENTS)


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.fixture(scope="module")
def document(pdf: bytes) -> Iterator[Any]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        yield opened


def _squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


def test_the_document_says_its_language_title_and_author(document: Any) -> None:
    assert document.Root.Lang == "en-GB"
    assert document.Root.MarkInfo.Marked
    assert document.Root.ViewerPreferences.DisplayDocTitle
    assert document.docinfo.Title == "Working together 2026: summary of Annual survey 2026, England"
    assert document.docinfo.Author == "Compact Monitor"


def test_it_claims_the_accessible_form_of_pdf(document: Any) -> None:
    with document.open_metadata() as about:
        assert about["pdfuaid:part"] == "1"


def test_every_figure_has_a_text_alternative(document: Any) -> None:
    figures = [node for node in elements(document.Root.StructTreeRoot.K) if node.S == "/Figure"]

    assert len(figures) >= len(CONTENTS.findings) + 5
    assert all(len(str(figure.get("/Alt", ""))) > 4 for figure in figures)


def test_every_number_in_a_table_is_tied_to_its_headings(document: Any) -> None:
    nodes = list(elements(document.Root.StructTreeRoot.K))
    headings = {str(node.ID) for node in nodes if node.S == "/TH"}
    cells = [node for node in nodes if node.S == "/TD"]

    assert len(cells) > 150
    for cell in cells:
        tied = [str(name) for name in cell.A.Headers]
        assert len(tied) == 2, "its row and its column"
        assert set(tied) <= headings


def test_a_table_that_goes_on_over_pages_is_one_table_in_the_tags(document: Any) -> None:
    nodes = elements(document.Root.StructTreeRoot.K)

    assert sum(node.S == "/Table" for node in nodes) == summary_html(CONTENTS).count("<table")


def test_headings_step_down_one_level_at_a_time(document: Any) -> None:
    levels = [
        int(str(node.S)[2:])
        for node in elements(document.Root.StructTreeRoot.K)
        if re.fullmatch(r"/H\d", str(node.S))
    ]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not on this machine")
def test_qpdf_finds_nothing_amiss(pdf: bytes, tmp_path: Any) -> None:
    path = tmp_path / "summary.pdf"
    path.write_bytes(pdf)

    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
    assert "No syntax or stream encoding errors found" in checked.stdout


def test_every_page_says_that_the_data_are_synthetic(pages: list[str]) -> None:
    assert len(pages) > 10
    assert all(SYNTHETIC in page for page in pages)


def test_real_data_carry_no_such_label() -> None:
    real = replace(CONTENTS, synthetic=False, items=CONTENTS.items[:1])

    pages = PdfReader(io.BytesIO(summary_pdf(real))).pages

    assert not any("SYNTHETIC" in page.extract_text() for page in pages)


def test_only_the_faces_of_the_product_are_used(document: Any) -> None:
    faces = {
        re.sub(r"^/[A-Z]{6}\+", "", str(font.BaseFont))
        for page in document.pages
        for font in page.Resources.get("/Font", {}).values()
    }

    assert faces
    assert all(re.match(r"Source[ -]?S(ans|erif)", face) for face in faces), faces


def test_findings_come_first_and_the_contents_give_the_pages_on_which_parts_begin(pages: list[str]) -> None:
    parts = {
        "What we found": 2,
        "Subject by subject": 4,
        "Change since 2025": 0,
        "Across England": 0,
        "Strengths and limitations": 0,
        "How it was done": 0,
        "Tables": 0,
        "Words used": 0,
    }
    listed = dict(re.findall(r"^(.*?)\s*(\d+)$", pages[2], flags=re.MULTILINE))

    assert set(parts) <= set(listed)
    for part, number in parts.items():
        assert part in pages[int(listed[part]) - 1].splitlines()
        assert number in (0, int(listed[part]))


def test_page_two_is_read_alone(pages: list[str]) -> None:
    second = re.sub(r"\s+", " ", pages[1])

    assert "Compact Monitor asked all 612 public bodies" in second
    assert "(44%) replied in full" in second
    for finding in CONTENTS.findings:
        assert finding.statement in second
    assert "Contents" in pages[2]
    assert not re.search(r"[Rr]ead with care|\[[cubzx]\]", second)


def test_words_of_the_craft_wait_for_the_page_of_method(pages: list[str]) -> None:
    before = next(place for place, page in enumerate(pages[3:], start=3) if "How it was done" in page)

    said = " ".join(pages[:before])
    for word in ("frame", "AAPOR", "annual-vco", "version 1", "OUT-6.1", "SUP-01"):
        assert word not in said, word


def test_bookmarks_name_every_figure_and_table(pdf: bytes) -> None:
    outline = PdfReader(io.BytesIO(pdf)).outline
    titles = " ".join(_titles(outline))

    tables = published_tables(CONTENTS)
    for figure in published_figures(CONTENTS, tables).all():
        assert f"Figure {figure.number}. {figure.title}" in titles
    for table in tables.short():
        assert f"Table {table.number}. {table.title}" in titles


def _titles(outline: list[Any]) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _titles(entry)
        else:
            yield entry.title


def test_figures_and_tables_are_on_the_pages_that_the_contents_give(pages: list[str]) -> None:
    entries = re.split(r"^(?=(?:Figure|Table) \d+\.)|^(?=[A-Z][^.]*? \d+$)", pages[2], flags=re.MULTILINE)
    named = [entry for entry in entries if re.match(r"(?:Figure|Table) \d+\.", entry)]
    listed = [(entry.partition(".")[0], re.findall(r"\s(\d+)$", entry.rstrip())[-1]) for entry in named]

    tables = published_tables(CONTENTS)
    assert len(listed) == len(published_figures(CONTENTS, tables).all()) + len(tables.short())
    for name, page in listed:
        assert name in pages[int(page) - 1].splitlines(), name


def test_the_pdf_prints_every_row_of_the_tables_that_are_short_enough(pages: list[str]) -> None:
    printed = _squeezed("".join(pages))

    tables = map(side_by_side, published_tables(CONTENTS).short())
    rows = [row for table in tables for group in table.groups for row in group.rows]
    assert len(rows) > 30
    for row in rows:
        assert _squeezed("".join((row.label, *row.cells))) in printed, row


def test_every_number_of_the_pdf_is_in_the_long_csv() -> None:
    rows = csv.DictReader(io.StringIO(long_csv(CONTENTS)))
    written = {number for row in rows for number in _numbers(" ".join(row.values()))}
    html = summary_html(CONTENTS)
    second = html[html.index('id="findings"') : html.index("<nav")]
    sentences = re.findall(r"<p>(.*?)</p>|<p class=\"(?:lead|small)\">(.*?)</p>", second)
    drawn, cells = re.findall(r'alt="([^"]*)"', html), re.findall(r"<td>(.*?)</td>", html)

    printed = _numbers(
        markup.unescape(" ".join((*drawn, *cells, *(words for pair in sentences for words in pair))))
    )
    assert len(printed) > 150
    assert printed <= written | SAID_OF_THE_SET, sorted(printed - written)


SAID_OF_THE_SET = frozenset(
    {"95", "1", "5", "12", "100", "2026"}
)  # of intervals, scales, questions, the year


def _numbers(words: str) -> set[str]:
    return {figure.replace(",", "") for figure in re.findall(r"\d[\d,]*(?:\.\d+)?(?![\d])", words)}


def test_a_withheld_number_reaches_neither_words_nor_pictures() -> None:
    item = sample.item("twelve-weeks")
    leak = Cell(0.6173, 0.6051, 0.6299, 77_777, Mark.WITHHELD)
    suppressed = sample.with_item(CONTENTS, replace(item, voluntary=sample.WITHHELD, gap=None))
    leaking = sample.with_item(CONTENTS, replace(item, voluntary=leak, gap=None))

    assert summary_html(leaking) == summary_html(suppressed)
    assert summary_html(leaking) != summary_html(CONTENTS)


def test_a_withheld_change_reaches_neither_words_nor_pictures() -> None:
    suppressed = sample.compared_item("paid-on-time")
    assert suppressed.change is not None
    then = Cell(0.6173, 0.6051, 0.6299, 77_777, Mark.WITHHELD)
    leak = Change(
        then=then, estimate=0.1234, lci=0.1, uci=0.15, clear=True, overlap=66_666, mark=Mark.WITHHELD
    )
    leaking = replace(suppressed, change=replace(suppressed.change, public=leak, everyone=leak))

    assert summary_html(sample.with_item(CONTENTS, leaking)) == summary_html(CONTENTS)


def test_a_finding_of_change_has_the_picture_of_that_change() -> None:
    first = replace(CONTENTS.findings[0], changed=Sector.VOLUNTARY)

    html = summary_html(replace(CONTENTS, findings=(first,)))

    assert "At least 12 weeks to reply, change in points: voluntary organisations +5 (2 to 8)." in html


def test_the_summary_says_how_changes_were_estimated_and_what_chance_does() -> None:
    html = summary_html(CONTENTS)

    assert "A change is this round&#39;s figure less the earlier one&#39;s." in html
    assert "would look clear by chance" in html
    assert "402 replied in 2025, 418 in 2026, 290 in both" in html


def test_a_table_prints_what_the_csv_of_tables_says() -> None:
    html = summary_html(CONTENTS)
    for line in results_csv(CONTENTS).splitlines()[1:]:
        _, _, sector, region, statistic, estimate, low, high, _, mark = line.split(",")[:10]
        if region == "England" and statistic == "per cent" and sector != "everyone" and estimate and not mark:
            assert f"<td>{estimate} ({low} to {high})</td>" in html


def test_the_same_release_gives_the_same_bytes() -> None:
    short = replace(CONTENTS, items=CONTENTS.items[:2])

    assert summary_pdf(short) == summary_pdf(short)


def test_a_release_with_nothing_in_it_can_still_be_printed() -> None:
    empty = replace(CONTENTS, items=(), findings=(), sectors=(), response=(), earlier=None)

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(summary_pdf(empty))).pages]

    assert "Words used" in pages[-1]
    assert "Nothing stands out in this round" in pages[1]


def test_a_release_of_one_sector_is_printed_with_the_figures_and_tables_of_that_sector_alone() -> None:
    nobody = {"question_public": None, "public": sample.NOT_ASKED, "gap": None, "change": None}
    items = tuple(
        replace(item, regions=tuple(replace(row, public=sample.NOT_ASKED) for row in item.regions), **nobody)
        for item in CONTENTS.items[:2]
    )
    voluntary = tuple(sector for sector in CONTENTS.sectors if sector.sector is Sector.VOLUNTARY)
    alone = replace(CONTENTS, items=items, sectors=voluntary, findings=(), earlier=None)

    text = _squeezed(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(summary_pdf(alone))).pages)
    )

    assert "Figure2.44%ofvoluntaryorganisationsrepliedinfull" in text
    assert "CompactMonitorasked5,200of98,400voluntaryorganisations,drawnbylot." in text
    assert "regionalfiguresclearlydifferfromEnglandonthetwoquestionsshown" in text
    assert "Tables3to4aretoolongforprint" in text
    assert "censusofall" not in text


def test_words_from_outside_cannot_become_markup() -> None:
    odd = replace(
        CONTENTS,
        title="<script>alert(1)</script>",
        items=(replace(CONTENTS.items[0], short='"><img src="http://example.org/x">'),),
    )

    html = summary_html(odd)
    assert "<script" not in html
    assert "http://example.org/x" not in re.findall(r'src="([^"]*)"', html)


def test_only_forms_that_the_release_has_are_offered() -> None:
    offered = replace(CONTENTS, items=(), formats=("The numbers are also there as a CSV file.",))

    assert "CSV" in summary_html(offered)
    assert "CSV" not in summary_html(replace(offered, formats=()))


def test_a_machine_without_the_libraries_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    with pytest.raises(PdfUnavailableError, match="libpango"):
        summary_pdf(CONTENTS)


def test_a_local_summary_speaks_of_its_locality() -> None:
    local: Contents = replace(CONTENTS, programme="Northshire")

    html = summary_html(local)
    assert "Across Northshire" in html
    assert "England" not in html.replace("East of England", "")
