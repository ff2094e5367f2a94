"""What a PDF says to whoever has it read out."""

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader

from survey_app.reports.round_summary.pdf import set_pdf

ROWS = 120


def page(*tables: str) -> str:
    return f"<!DOCTYPE html><html lang='en-GB'><title>Tables</title><body>{''.join(tables)}</body></html>"


def table(rows: int) -> str:
    body = "".join(f"<tr><th scope='row'>Row {n}</th><td>{n}</td></tr>" for n in range(rows))
    head = "<tr><th scope='col'>Name</th><th scope='col'>Number</th></tr>"
    return (
        f"<section><table><caption>Long</caption><thead>{head}</thead><tbody>{body}</tbody></table></section>"
    )


def tags(pdf: bytes) -> list[Any]:
    """Every tag that can be reached from the root, in the order in which it is read."""

    def below(kid: Any) -> Iterator[Any]:
        tag = kid.get_object()
        if isinstance(tag, dict):
            yield tag
            for each in tag.get("/K", []):
                yield from below(each)

    return list(below(PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]))


def test_a_table_over_several_pages_is_one_table_with_all_of_its_rows() -> None:
    pdf = set_pdf(page(table(ROWS), "<p>Between</p>", table(2)))
    read = tags(pdf)
    kinds = Counter(str(tag["/S"]) for tag in read if "/S" in tag)

    assert len(PdfReader(io.BytesIO(pdf)).pages) > 2
    assert (kinds["/Table"], kinds["/Caption"], kinds["/THead"]) == (2, 2, 2)
    long, short = (tag for tag in read if tag.get("/S") == "/Table")
    assert sum("/Headers" in tag.get("/A", {}) for tag in tags_below(long)) == ROWS
    assert sum("/Headers" in tag.get("/A", {}) for tag in tags_below(short)) == 2


def test_every_cell_points_to_headers_that_are_there() -> None:
    read = tags(set_pdf(page(table(ROWS))))

    ids = {str(tag["/ID"]) for tag in read if "/ID" in tag}
    cells = [tag["/A"]["/Headers"] for tag in read if "/Headers" in tag.get("/A", {})]

    assert all(len(headers) == 2 for headers in cells)
    assert {str(header) for headers in cells for header in headers} <= ids


def tags_below(tag: Any) -> Iterator[Any]:
    yield tag
    for kid in tag.get("/K", []):
        kid = kid.get_object()
        if isinstance(kid, dict):
            yield from tags_below(kid)
