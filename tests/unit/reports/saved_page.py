"""The page of a release as somebody saved it, for those who hold it against the files."""

from survey_app.reports.contents import Contents
from survey_app.reports.round_summary.pdf import templates
from survey_app.reports.round_summary.tables import published_tables

TABLES = '{% from "macros.html" import table %}{% for each in tables %}{{ table(each) }}{% endfor %}'


def tables_html(contents: Contents) -> str:
    """Every table that the page shows, drawn as the summary draws them."""
    return templates().from_string(TABLES).render(tables=published_tables(contents).all())
