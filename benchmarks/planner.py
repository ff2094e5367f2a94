"""How fast the planner answers a changed target on the demonstration's frame.

    ./run bench planner [--folder FOLDER] [--each 20]

FOLDER holds a demonstration, as for `./run bench pages`; without one it is made first. A copy is served, a
coordinator signs in and changes one thing at a time: the number asked, an interval aimed at, the strata,
the boosts, the rest. Prints of each kind of change the fastest and the 50th, 95th and 99th percentile: the
fastest is near to what a machine with nothing else to do would need.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.pages import FirstForm, Visitor, line, serving
from survey_app.clock import SystemClock
from survey_app.demo.installation import sign_ins

BASE = {"total": 1500, "minimum": 5, "method": "proportional", "rotation": "0.25"}
WIDTHS = (4, 5, 6, 7, 8)


def changes(place: int) -> dict[str, dict[str, object]]:
    """The choices of one turn, by what was changed; no two turns are alike, so that nothing is remembered."""
    width = WIDTHS[place % len(WIDTHS)] + place / 100
    return {
        "number asked": {"total": 1200 + 10 * place},
        "interval for all": {"aim_vco": f"{width:.2f}"},
        "interval by region": {"aim_region": f"{width + 8:.2f}", "aim_band": f"{width + 9:.2f}"},
        "strata joined, rural": {"min_pop_size": 20 + place, "rural_apart": "y", "boost_rural": 200 + place},
        "rest and reserve": {"rotation": "0.5", "holiday": 1 + place % 4, "reserve": 30 + place % 50},
    }


def addresses(each: int, year: int) -> Iterator[tuple[str, str]]:
    """What is changed, and the planner's address with it."""
    for place in range(each):
        for kind, changed in changes(place).items():
            yield kind, f"/panels/plan?{urlencode(BASE | {'year': year} | changed)}"


def signed_in(port: int, folder: Path) -> Visitor:
    visitor = Visitor(port)
    email, password = sign_ins(folder)["coordinator"]
    _, _, page = visitor.ask("signing in", "GET", "/sign-in")
    form = FirstForm(page).fields | {"email": email, "password": password}
    visitor.ask("signing in", "POST", "/sign-in", list(form.items()))
    return visitor


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--each", type=int, default=20, help="changes of each kind")
    chosen = parser.parse_args(arguments)
    with serving(chosen.folder, 1200) as (folder, port):
        visitor = signed_in(port, folder)
        year = SystemClock().now().year + 1
        for kind, address in addresses(4, year):
            visitor.ask(f"{kind}, first", "GET", address)
        visitor.times.clear()
        for kind, address in addresses(chosen.each, year):
            visitor.ask(kind, "GET", address)
    every = [each for taken in visitor.times.values() for each in taken]
    print(f"{'changed':<20}{'asked':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'fastest':>9}")
    for kind, taken in {**visitor.times, "every change": every}.items():
        print(f"{line(kind, taken)}{1000 * min(taken):>9.0f}")


if __name__ == "__main__":
    main()
