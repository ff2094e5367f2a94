"""Replies of organisations that no draw chose: in a table of their own, protected, mixed with nothing."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.routes import OPEN_LINK, OUTREACH, SNOWBALL
from survey_app.cli.main import compact
from survey_app.demo.respondents import answer_all
from survey_app.reports.contents import Cell, Mark, OtherItem, OtherRoutes
from survey_app.reports.round_summary.pdf import summary_html
from survey_app.services.cases.added import NewCase, add_case
from survey_app.services.responses.saving import Save
from survey_app.services.results import files
from survey_app.services.results.corrections import routes_that_stand
from survey_app.services.results.other_routes import other_routes
from survey_app.services.results.replies import others_of
from survey_app.services.rounds.lifecycle import get_round
from tests.fixtures.two_rounds import TwoRounds, answer_most, first_round
from tests.fixtures.world import World

CAME = ((SNOWBALL, 9), (OPEN_LINK, 8), (OUTREACH, 2))


def with_others(world: World, round_id: int) -> None:
    """The panel answers, and so do seventeen clubs and two others that came by other routes."""
    answer_most(world, round_id)
    save = Save(world.clock.now())
    with world.database.writing() as session:
        for route, count in CAME:
            for n in range(count):
                added = NewCase(route, name=f"{route} {n}", region="London", band="under 10k")
                # Of whom one of the staff added most, nothing would be printed.
                adding = world.context(actor=f"{n % 3}@compact.invalid")
                case_id = add_case(session, world.keys, round_id=round_id, added=added, context=adding)
                rng = np.random.default_rng([6, case_id])
                answer_all(session, world.keys, case_id=case_id, rng=rng, save=save)


@pytest.fixture
def made(embedded_world: World) -> TwoRounds:
    round_id = first_round(embedded_world, answer=with_others)
    return TwoRounds(embedded_world, round_id, round_id)


def test_they_stand_apart_unweighted_protected_and_can_be_worked_out_again(
    made: TwoRounds, tmp_path: Path
) -> None:
    release_id = made.freeze(made.first)
    contents, exact, bundle = made.contents(release_id), made.exact(release_id), made.bundle(release_id)
    assert exact.other_routes is not None
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("others.csv").decode())))
        panel = list(csv.DictReader(io.StringIO(archive.read("units.csv").decode())))

    assert len(rows) == 19
    assert "snowball" not in str(rows)
    replied = {sector.sector: sector.replied for sector in contents.sectors}
    drawn = [row for row in panel if row["sector"] == Sector.VOLUNTARY and row["outcome"] == "complete"]
    assert replied[Sector.VOLUNTARY] == len(drawn), "they are not counted among the panel"
    figures = [item for item in exact.other_routes.items if item.voluntary.estimate is not None]
    assert len(figures) > 10
    for item in figures:
        given = [float(row[item.item]) for row in rows if row[item.item]]
        assert item.voluntary.estimate == pytest.approx(fmean(given), abs=1e-12)
        assert (item.voluntary.n, item.voluntary.lci, item.voluntary.se) == (len(given), None, None)
        if item.statistic == "proportion":
            assert 3 <= sum(given) <= len(given) - 3, "else a band stands there"
    assert {item.public.mark for item in exact.other_routes.items} == {Mark.NOT_APPLICABLE}

    assert made.world.read(lambda session: printed(made, session, by_one=19)) == 0, (
        "they may know most answers"
    )
    assert made.world.read(lambda session: printed(made, session, by_one=1)) > 10

    counts = {row.route: (row.asked, row.replied) for row in exact.other_routes.routes}
    assert counts["Approached by us"] == (2, None)
    assert None in (counts["Came forward"][1], counts["Suggested by another"][1]), "else two follows"
    assert "Organisations that came by other routes" in summary_html(contents)

    (tmp_path / "r-long.csv").write_bytes(files.long_csv(contents).encode())
    (tmp_path / "r-bundle.zip").write_bytes(bundle)
    done = CliRunner().invoke(compact, ["release", "verify", str(tmp_path)])
    assert (done.exit_code, done.output) == (0, "Everything agrees.\n")


def printed(made: TwoRounds, session: Session, *, by_one: int) -> int:
    """How many figures would be printed if one of the staff had added so many of the organisations."""
    view = get_round(session, round_id=made.first, programme_id=made.world.programme)
    others = others_of(session, made.world.keys, round_view=view)
    added_by = tuple("one" if n < by_one else f"another {n}" for n in range(len(others.routes)))
    figures = other_routes(replace(others, added_by=added_by), threshold=10)
    assert figures is not None
    return sum(item.voluntary.estimate is not None for item in figures.items)


def routes(n: int, estimate: float) -> OtherRoutes:
    item = OtherItem(
        item="heard-of",
        section="Awareness",
        short="Heard of the agreement",
        statistic="proportion",
        unit="per cent",
        public=Cell(None, None, None, None, Mark.NOT_APPLICABLE),
        voluntary=Cell(estimate, None, None, n),
    )
    return OtherRoutes((), (item,))


def test_a_correction_changes_them_only_by_whole_batches() -> None:
    before = routes(20, 0.5)

    assert routes_that_stand(routes(21, 0.52), before, threshold=10) is before
    batch = routes(30, 0.6)
    assert routes_that_stand(batch, before, threshold=10) is batch
    assert routes_that_stand(batch, None, threshold=10) is batch
