"""A campaign against the cycle: six years rehearsed by three workers of which 200 are killed (kill -9).

    ./run soak cycle [--kills 200] [--engine postgresql] [--shipped]

Ends with status 1 where an event or a letter was lost or came twice. A letter in hand at a kill may leave
again under its Message-ID; that is counted as a repeat.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.staff_work import place
from benchmarks.storage import START, _population, settings_for
from config import Settings
from scheduler.rules import OnDay, Rule
from scheduler.strands import Strand
from survey_app.application import keyring
from survey_app.database import Database
from survey_app.demo.installation import list_with_addresses
from survey_app.demo.story import LISTS
from survey_app.rehearsal.report import as_json, in_lines
from survey_app.rehearsal.run import OPENS, Course, rehearse
from survey_app.services import installation
from survey_app.services.audit import AuditContext
from survey_app.services.cycle import rules
from survey_app.services.frames import snapshots
from survey_app.services.frames.lists import import_list
from survey_app.services.programmes import registry
from survey_app.services.questionnaires import versions


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--members", type=int, default=60)
    arguments.add_argument("--years", type=int, default=6)
    arguments.add_argument("--engine", choices=("sqlite", "postgresql"), default="postgresql")
    arguments.add_argument("--workers", type=int, default=3)
    arguments.add_argument("--shipped", action="store_true", help="on the lists that ship")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="cycle-") as folder, place(given.engine, Path(folder)) as url:
        settings = replace(settings_for(Path(folder)), database_url=url)
        database = Database(url)
        installation.upgrade(database)
        context = (
            _shipped(database, settings) if given.shipped else _population(database, settings, given.members)
        )
        _cycle(database, context)
        database.close()
        rehearsed = rehearse(
            settings,
            wanted=Course(years=given.years, workers=given.workers, kills=given.kills),
            now=START,
            say=print,
        )
    print("\n".join(in_lines(rehearsed)))
    return 1 if as_json(rehearsed)["faults"] or rehearsed.killed < given.kills else 0


def _shipped(database: Database, settings: Settings) -> AuditContext:
    """The lists of the demonstration, and the frame made of them."""
    with database.writing() as session:
        installation.mark_installation(session, synthetic=True, now=START)
        programme = registry.ensure_national(
            session, agreement="Compact", context=AuditContext("measurement", START)
        )
        context = AuditContext("measurement", START, programme.id)
        versions.publish_shipped(session, context=context)
        for name, description in LISTS:
            import_list(
                session,
                keyring(settings),
                content=list_with_addresses(name, 1),
                file_name=name,
                description=description,
                context=context,
            )
        snapshots.make_frame(session, as_of=START.date(), context=context)
    return context


def _cycle(database: Database, context: AuditContext) -> None:
    """The usual cycle, and a local survey every second year."""
    local = Rule(
        strand=Strand.LOCAL_SURVEY, title="A locality", every=2, first_year=START.year + 1, opens=OnDay(9, 15)
    )
    with database.writing() as session:
        rules.set_usual(session, start=START.year + 1, opens=OPENS, context=context)
        rules.set_rule(session, rule=local, context=context)


if __name__ == "__main__":
    raise SystemExit(main())
