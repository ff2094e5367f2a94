"""The round summary: one page model, one template, and the tagged PDF that is made from them."""

import base64
import gc
import hashlib
import html as markup
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from survey_app.errors import CompactError
from survey_app.reports.charts.cover import cover_picture
from survey_app.reports.charts.headline import can_be_pictured, change_picture, headline_picture
from survey_app.reports.contents import Contents, Finding
from survey_app.reports.printed import FEW, LOW, long_date
from survey_app.reports.round_summary import statements
from survey_app.reports.round_summary.figures import LOW_WORDS, Figures, published_figures
from survey_app.reports.round_summary.strengths import limitations, strengths
from survey_app.reports.round_summary.tables import (
    PublishedTables,
    published_tables,
    side_by_side,
)
from survey_app.reports.tags import join_tables

HERE = Path(__file__).parents[2]
TEMPLATES = HERE / "templates" / "reports"
FONTS = HERE / "static" / "fonts"
SYNTHETIC = "SYNTHETIC DATA: invented answers"


class PdfUnavailableError(CompactError):
    """The libraries that set a PDF are not on this machine."""

    title = "No PDF can be made here"


def summary_html(contents: Contents, figures: Figures | None = None) -> str:
    """The whole summary as one HTML document with its print style and drawings inside it.

    Its faces are looked for beside `FONTS`; nothing else is fetched.

    Args:
        figures: those of print width, where they are used elsewhere too: each is drawn once.
    """
    tables = published_tables(contents)
    figures = figures or published_figures(contents, tables)
    page = templates().get_template("summary.html")
    return page.render(
        contents=contents,
        tables=replace(
            tables,
            shares=side_by_side(tables.shares),
            averages=None if tables.averages is None else side_by_side(tables.averages),
        ),
        figures=figures,
        cover=cover_picture(contents.items),
        findings=[(finding, picture_of(finding, contents)) for finding in contents.findings],
        gaps_lead=statements.gaps_lead(statements.shares_of_both(contents.items)),
        regions_lead=statements.regions_lead(statements.headline_items(contents), contents.programme),
        response_lead=statements.response_lead(contents),
        intervals_suppose=statements.intervals_suppose(contents),
        strengths=strengths(contents),
        limitations=limitations(contents),
        printed=tables.short(),
        longer_tables=_longer(tables),
        since=statements.since(contents),
        changes_lead=statements.changes_lead(contents.items),
        chance_of_many=statements.chance_of_many(contents.items, contents.tests),
        both_rounds=statements.both_rounds(contents),
        baseline=statements.BASELINE if contents.baseline else "",
        synthetic=SYNTHETIC if contents.synthetic else "",
        mark_rows=mark_rows(contents),
    )


def summary_pdf(contents: Contents, figures: Figures | None = None) -> bytes:
    """The summary as a tagged PDF (PDF/UA-1): the same contents always give the same bytes.

    Args:
        figures: those of print width, where they are used elsewhere too.

    Raises:
        PdfUnavailableError: Pango or another library of WeasyPrint is missing; the message names it.
    """
    return set_pdf(summary_html(contents, figures))


def set_pdf(html: str) -> bytes:
    """A document as a tagged PDF (PDF/UA-1); its faces are looked for beside `FONTS`.

    Raises:
        PdfUnavailableError: Pango or another library of WeasyPrint is missing; the message names it.
    """
    try:
        from weasyprint import HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as missing:
        raise PdfUnavailableError(
            f"Install libpango-1.0-0 and libpangoft2-1.0-0, then try again: {missing}"
        ) from missing

    page = HTML(
        string=html, base_url=f"{FONTS.as_uri()}/", url_fetcher=URLFetcher(allowed_protocols=("file", "data"))
    )
    with _collector_at_rest():
        pdf = page.write_pdf(
            pdf_variant="pdf/ua-1",
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
            font_config=FontConfiguration(),
            finisher=join_tables,
        )
    return bytes(pdf)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the cycle collector off the layout tree while it grows: a sixth of the time went there."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def templates() -> Environment:
    """The templates of whatever is printed."""

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["long_date"] = long_date
    environment.filters["image"] = as_image
    return environment


def as_image(svg: str) -> Markup:
    """A drawing as an `img` whose alternative text is the drawing's title.

    An image costs the setter of the PDF far less than the same shapes inside the document, and the
    text in it still takes the document's faces.
    """
    title = re.search(r"<title>(.*?)</title>", svg, flags=re.DOTALL)
    words = markup.unescape(title.group(1)) if title else ""
    source = base64.b64encode(svg.encode()).decode()
    return Markup('<img class="drawing" alt="{}" src="data:image/svg+xml;base64,{}">').format(words, source)


def _longer(tables: PublishedTables) -> str:
    """Which tables are too long for print, and where they are."""
    longer = tables.all()[len(tables.short()) :]
    if not longer:
        return ""
    first, last = longer[0].number, longer[-1].number
    which = f"Tables {first} to {last} are" if len(longer) > 1 else f"Table {first} is"
    named = [table.title for table in tables.national()[len(tables.short()) :]]
    named += ["one for each question by region and other groups"] if tables.regions else []
    return (
        f"{which} too long for print, and on the web page and in the files of this release, as are the "
        f"figures of both sectors together: {'; '.join(named)}."
    )


def picture_of(finding: Finding, contents: Contents) -> str | None:
    """The small drawing beside a finding; None where its figures cannot be drawn."""
    item = next((item for item in contents.items if item.item == finding.item), None)
    if item is None or not can_be_pictured(item):
        return None
    if finding.changed is not None and item.change is not None:
        return change_picture(item, finding.changed)
    return headline_picture(item)


def mark_rows(contents: Contents) -> tuple[tuple[str, str], ...]:
    """Every letter and what it says here."""
    return (
        (
            "[c]",
            f"Withheld to protect those who answered. Fewer than {contents.method.threshold} replied, or the "
            "number would let another one be worked out. We do not say which.",
        ),
        (
            f"fewer than {FEW}",
            f"Fewer than {FEW} gave the answer that is counted, or all but fewer than {FEW}. We do not say "
            "how many, so that nobody’s answer can be told.",
        ),
        (LOW, LOW_WORDS),
        ("[u]", "Published but uncertain: few replies or a wide interval. Read it with great care."),
        ("[b]", "The question changed: do not compare with earlier years."),
        ("[z]", "Not applicable: this group was not asked, or there is no such thing to count."),
        ("[x]", "Not available. This is not the same as zero."),
    )
