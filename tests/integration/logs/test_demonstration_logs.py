"""The logs of the demonstration can be taken, and say something of every kind."""

import csv
import io
from collections import Counter
from datetime import date

from survey_app.demo.logs import ABOVE, logs_text
from survey_app.services.logs.files import import_logs
from survey_app.services.logs.vocabulary import LogKind
from tests.fixtures.world import World
from tests.integration.logs.kent import logs_begun_in_kent


def test_some_dozens_of_entries_of_every_kind_are_taken(embedded_world: World) -> None:
    logs_begun_in_kent(embedded_world)
    rows = list(csv.DictReader(io.StringIO(logs_text(today=date(2026, 11, 30)).decode())))
    # The agreements and the body above are taken before; here there are none.
    bare = [row | {"agreement": "", "upstream": ""} for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(bare)

    with embedded_world.database.writing() as session:
        taken = import_logs(session, text.getvalue().encode(), context=embedded_world.context())

    kinds = Counter(row["kind"] for row in rows)
    assert (taken, set(kinds)) == (len(rows), set(LogKind))
    assert 48 <= taken <= 240, kinds
    assert {row["upstream"] for row in rows} == {"", ABOVE}
    assert [row["title"] for row in rows if "(synthetic)" not in row["title"]] == []
