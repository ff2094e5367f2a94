"""A campaign against the cycle: six years rehearsed by three workers of which 200 are killed (kill -9).

    ./run soak cycle [--kills 200] [--engine postgresql]

Ends with status 1 where an event or a letter was lost or came twice. A letter in hand at a kill may leave
again under its Message-ID; that is counted as a repeat.
"""

import argparse
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.staff_work import place
from benchmarks.storage import START, _population, settings_for
from survey_app.database import Database
from survey_app.rehearsal.report import as_json, in_lines
from survey_app.rehearsal.run import Course, rehearse
from survey_app.services import installation


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--members", type=int, default=60)
    arguments.add_argument("--years", type=int, default=6)
    arguments.add_argument("--engine", choices=("sqlite", "postgresql"), default="postgresql")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="cycle-") as folder, place(given.engine, Path(folder)) as url:
        settings = replace(settings_for(Path(folder)), database_url=url)
        database = Database(url)
        installation.upgrade(database)
        _population(database, settings, given.members)
        database.close()
        names = ("secret_key", "prn_key", "link_key", "code_key", "data_key")
        environment = {name.upper(): str(asdict(settings)[name]) for name in names}
        rehearsed = rehearse(
            settings,
            environment,
            wanted=Course(years=given.years, workers=3, kills=given.kills),
            now=START,
            say=print,
        )
    print("\n".join(in_lines(rehearsed)))
    return 1 if as_json(rehearsed)["faults"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
