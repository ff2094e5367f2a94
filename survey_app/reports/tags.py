"""The tags of a PDF: a table that goes on over pages is one table, to whoever has it read out.

WeasyPrint tags what stands on each page as a table of its own (Kozea/WeasyPrint#2903).
"""

from collections.abc import Iterator
from typing import Any

Tag = Any  # a pydyf.Dictionary, which has no types


def join_tables(document: Any, pdf: Any) -> None:
    """Put the parts of each table together under its first; a finisher of `HTML.write_pdf`.

    Headers that are printed again on a page stay as rows, since the cells of that page point to them.
    """
    tables: dict[int, Tag] = {}
    for box in _tables(document):
        part = _tag_of(box, pdf)
        if part is None:
            continue
        first = tables.setdefault(id(box.element), part)
        if part is not first:
            _join(first, part, pdf)


def _tables(document: Any) -> Iterator[Any]:
    """The boxes of tables, page by page; `element` is what of the document they show."""
    from weasyprint.formatting_structure.boxes import TableBox

    for page in document.pages:
        # The only way to what is set on a page.
        yield from (box for box in page._page_box.descendants() if isinstance(box, TableBox))


def _tag_of(table: Any, pdf: Any) -> Tag | None:
    """The tag of a table, found from its first cell upwards; none where no cell is on the page."""
    marks = (box.mark for box in table.descendants() if hasattr(box, "mark"))
    tag = next(marks, None)
    while tag is not None and tag["S"] != "/Table":
        tag = _at(tag["P"], pdf)
    return tag


def _join(first: Tag, part: Tag, pdf: Any) -> None:
    for reference in part["K"]:
        rows = _at(reference, pdf)
        if rows["S"] == "/THead":
            rows["S"] = "/TBody"
        rows["P"] = first.reference
        first["K"].append(reference)
    part["K"].clear()
    _take_out(part, pdf)


def _take_out(tag: Tag, pdf: Any) -> None:
    """Take an empty tag out of the tree, and whatever held nothing else."""
    parent = _at(tag["P"], pdf)
    parent["K"].remove(tag.reference)
    if not parent["K"] and parent["S"] != "/Document":
        _take_out(parent, pdf)


def _at(reference: bytes, pdf: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]
