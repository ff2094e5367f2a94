"""Tables of who was asked and who replied."""

from itertools import groupby

from survey_app.reports.contents import Contents
from survey_app.reports.printed import count, percent
from survey_app.reports.round_summary.layout import Column, Row, RowGroup, Table, or_mark, place_and_year


def response_table(number_: int, contents: Contents) -> Table:
    """Organisations asked and replied by kind or income, sector by sector."""
    groups = groupby(contents.response, key=lambda row: row.group)
    return Table(
        number=number_,
        title="Who was asked and who replied",
        subtitle=f"Organisations on the frame, asked and replied in full, {place_and_year(contents)}",
        head=(
            Column("Group", "stub"),
            *(Column(words) for words in ("On the frame", "Asked", "Replied in full", "Response rate")),
        ),
        groups=tuple(
            RowGroup(
                name,
                tuple(
                    Row(
                        row.label,
                        (
                            count(row.on_frame),
                            count(row.asked),
                            or_mark(None if row.replied is None else count(row.replied), row.mark),
                            or_mark(None if row.rate is None else percent(row.rate), row.mark),
                        ),
                    )
                    for row in rows
                ),
            )
            for name, rows in groups
        ),
        notes=("Response rate: AAPOR RR1, not weighted.",),
    )
