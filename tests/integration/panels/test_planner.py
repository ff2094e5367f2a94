"""Plans: what they promise, what they refuse, how they are kept and drawn; on both engines."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from sqlalchemy import select

from sampling.disclosure.items import Rules
from sampling.frame import Sector
from sampling.panels.stratification import Flag
from sampling.vocabulary import ENGLISH_REGIONS, INCOME_BANDS
from scheduler.strands import Strand
from survey_app.clock import at, end_of
from survey_app.demo.respondents import answer_all
from survey_app.errors import InvalidError
from survey_app.models.panels import PanelStratum
from survey_app.services.burden import ledger as burden_ledger
from survey_app.services.burden.ledger import Rule
from survey_app.services.burden.spread import year_spread
from survey_app.services.cases import casework
from survey_app.services.frames import snapshots
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan, PlanTarget
from survey_app.services.panels.planner import PlanView, look_at
from survey_app.services.panels.verification import verify_panel
from survey_app.services.responses.saving import Save
from survey_app.services.results.estimates import item_results
from survey_app.services.results.protection import mark_round
from survey_app.services.results.replies import replies_of
from survey_app.services.results.weighting import weight_replies
from survey_app.services.rounds.lifecycle import get_round
from tests.fixtures.panel_years import contribute, launch
from tests.fixtures.plans import PLAN, list_of
from tests.fixtures.world import DATES, World


def look(world: World, plan: PanelPlan = PLAN, *, year: int = 2026, avoid: int | None = None) -> PlanView:
    request = PanelRequest(world.frame_id, Strand.ANNUAL_SURVEY, year, plan, avoid)
    return world.read(lambda s: look_at(s, request=request, programme_id=world.programme))


def draw(world: World, plan: PanelPlan = PLAN, *, year: int = 2026) -> int:
    with world.database.writing() as session:
        return drawing.draw_panel(
            session,
            request=PanelRequest(world.frame_id, Strand.ANNUAL_SURVEY, year, plan),
            context=world.context(),
        )


def test_a_plan_says_what_it_asks_and_what_it_may_expect_before_any_round(thousand: World) -> None:
    view = look(thousand, replace(PLAN, pence=250))

    assert (view.asked(Sector.VOLUNTARY), view.asked(Sector.PUBLIC), view.ask) == (300, 8, 308)
    assert view.replies == pytest.approx(300 * 0.4 + 8 * 0.6)
    assert (view.minutes, view.pence) == (308 * 15, 308 * 250)
    assert [line.sample_size for line in view.lines if line.stratum.sector is Sector.VOLUNTARY] == [25] * 12
    (everyone,) = (line for line in view.groups if line.key == "vco")
    # t sqrt(sum (N_h/N)^2 p(1-p) N_h/(N_h-1) (1/r_h - 1/N_h)): ten replies from each hundred.
    by_hand = 1.982 * (12 * (1 / 12) ** 2 * 0.25 * 100 / 99 * (1 / 10 - 1 / 100)) ** 0.5
    assert everyone.outcome.half_width == pytest.approx(by_hand, rel=1e-3)
    assert (view.previous_id, view.previous_year, view.last, view.unmet) == (None, None, None, ())


def test_what_was_seen_is_what_is_drawn(thousand: World) -> None:
    plan = replace(PLAN, boosts={"rural": 200}, min_pop_size=60, reserve_share=0.2)
    view = look(thousand, plan)

    panel_id = draw(thousand, plan)

    drawn = thousand.read(
        lambda s: s.scalars(select(PanelStratum).where(PanelStratum.panel_id == panel_id)).all()
    )
    assert {(row.name, row.pop_size, row.sample_size, row.start) for row in drawn} == {
        (line.stratum.name, line.pop_size, line.sample_size, line.start) for line in view.lines
    }


def test_rural_and_small_organisations_can_be_asked_more_often(thousand: World) -> None:
    plain, boosted = look(thousand), look(thousand, replace(PLAN, boosts={"rural": 250, "small": 220}))

    def of(view: PlanView, key: str) -> float:
        return next(line.outcome.ask for line in view.groups if line.key == key)

    assert of(plain, "rural") == pytest.approx(120)
    assert of(boosted, "rural") >= 250 > of(plain, "rural")
    assert of(boosted, "small") >= 220 > of(plain, "small")
    assert boosted.asked(Sector.VOLUNTARY) > 300


def test_each_region_or_band_can_be_asked_at_least_so_many_or_all_that_it_has(thousand: World) -> None:
    regions = {f"region:{name}": 150 for name in ENGLISH_REGIONS[:3]}
    view = look(thousand, replace(PLAN, boosts=regions | {f"band:{INCOME_BANDS[0]}": 5_000}))

    asked = {line.key: line.outcome.ask for line in view.groups}
    assert all(asked[key] >= 150 for key in regions)
    assert asked[f"band:{INCOME_BANDS[0]}"] == pytest.approx(300)
    assert asked[f"band:{INCOME_BANDS[3]}"] < 150
    capped = look(thousand, replace(PLAN, maximum=40, boosts={f"band:{INCOME_BANDS[0]}": 5_000}))
    assert {line.key: line.outcome.ask for line in capped.groups}[f"band:{INCOME_BANDS[0]}"] == 120


def test_a_flag_that_is_not_known_for_most_is_answered_with_a_screening_item(thousand: World) -> None:
    view = look(thousand, replace(PLAN, boosts={"bme_led": 100}))

    assert [line.sample_size for line in view.lines] == [line.sample_size for line in look(thousand).lines]
    assert view.warnings[0].startswith("Minority-ethnic-led organisations are not boosted")
    assert view.flags == {Flag.YES: 240, Flag.NO: 240, Flag.NOT_KNOWN: 720}
    assert view.screening is not None
    assert (view.screening.share, view.screening.wanted) == (0.5, 100)


def test_a_flag_that_is_known_can_be_boosted(world: World) -> None:
    world.founded()
    world.imported("Charities", list_of(1200, bme_led=True))
    with world.database.writing() as session:
        world.frame_id = snapshots.make_frame(session, as_of=date(2026, 8, 24), context=world.context())

    view = look(world, replace(PLAN, boosts={"bme_led": 200}))

    assert view.screening is None
    assert next(line.outcome.ask for line in view.groups if line.key == "bme_led") == 200


def test_targets_set_the_sizes(thousand: World) -> None:
    targets = (PlanTarget("region:North East", 0.08), PlanTarget("small", 0.09))
    plan = replace(PLAN, targets=targets)

    view = look(thousand, plan)

    reached = {line.key: line.outcome.half_width for line in view.groups if line.target}
    assert reached["region:North East"] == pytest.approx(0.08, abs=0.002)
    assert reached["small"] == pytest.approx(0.09, abs=0.002)
    assert view.unmet == ()


def test_a_target_out_of_reach_is_named_with_what_would_reach_it(thousand: World) -> None:
    targets = (PlanTarget("region:North East", 0.2), PlanTarget("small", 0.02))

    view = look(thousand, replace(PLAN, targets=targets))

    (said,) = view.unmet
    assert said.startswith("Small: income under £10,000")


def _refused(**changes: object) -> PanelPlan:
    return replace(PLAN, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (_refused(rotation_share=1.5), "The rotation share is 1.5; it is 0 to 1."),
        (_refused(rotation_share=float("nan")), "The rotation share is nan"),
        (_refused(reserve_share=-0.1), "The reserve is -0.1"),
        (_refused(voluntary_total=0), "The number of voluntary organisations is 0; it is 1 to 1,000,000."),
        (_refused(method="by hand"), "'by hand' is no way to share out"),
        (_refused(by=("region", "colour")), "'colour' is nothing to divide strata by."),
        (_refused(boosts={"tall": 5}), "'tall' is no boost"),
        (_refused(holiday=-1, term=0), "The holiday in years is -1"),
        (_refused(targets=(PlanTarget("vco", 0.0),)), "The target for vco is 0 at 0.5"),
        (_refused(targets=(PlanTarget("region:Wales", 0.1),)), "The target for Wales cannot be met"),
        (_refused(fixed={"vco | London | 0": 5}), "no such stratum"),
        (_refused(voluntary_total=20), "Ask 60 or more, or lower the fewest in a stratum."),
        (_refused(maximum=10), "Ask 120 or fewer, or raise the most in a stratum."),
        (_refused(maximum=3, minimum=5), "The most in a stratum is 3 and the fewest 5. Raise the most"),
        (_refused(by=("region",), boosts={"small": 5}), "no stratum holds them alone"),
        (_refused(by=("region",), boosts={"band:0": 5}), "no stratum holds them alone"),
        (_refused(boosts={"region:": 5}), "'region:' is no boost"),
        (_refused(boosts={"rural": 900}), "at least 900 are wanted of “Rural”, and the plan allows"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_what_would_mend_it(
    thousand: World, plan: PanelPlan, said: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        look(thousand, plan)

    assert said in str(caught.value)


def test_a_share_of_nought_or_one_is_warned_of(thousand: World) -> None:
    nobody = look(thousand, replace(PLAN, rotation_share=0.0)).warnings
    everybody = look(thousand, replace(PLAN, rotation_share=1.0)).warnings

    assert nobody[0].startswith("Nobody is replaced")
    assert everybody[0].startswith("Everybody is replaced")


def test_a_stratum_that_cannot_give_a_rest_is_named(thousand: World) -> None:
    sizes = {"vco | North East | 0": 51, "vco | North East | 100k-1m": 50}

    (said,) = look(thousand, replace(PLAN, fixed=sizes)).warnings

    assert said == (
        "A rest of 3 years cannot be given to everybody in: North East, no income (51 of 100, at most 50)."
    )


def test_ceilings_below_what_the_survey_needs_are_said_plainly(thousand: World) -> None:
    for sector in Sector:
        with thousand.database.writing() as session:
            burden_ledger.change_rule(session, rule=Rule(sector, 10, None, 3, 0), context=thousand.context())

    said = look(thousand).warnings

    assert said[0].startswith(
        "Public bodies may be asked for 10 minutes a year, and this survey alone takes 15."
    )
    assert "a census is exempt" in said[0]
    assert "Every one that is asked will be a breach" in said[1]


def test_organisations_over_a_ceiling_are_counted_by_stratum(thousand: World) -> None:
    with thousand.database.writing() as session:
        for one in (1, 2, 3, 13):
            given = burden_ledger.Contribution(one, "interview", "deep_review", date(2026, 2, 1), 80)
            burden_ledger.note_contribution(session, given=given, context=thousand.context())

    view = look(thousand)

    assert view.overasked == 4
    assert {line.stratum.region: line.overasked for line in view.lines if line.overasked} == {
        "North East": 2,
        "North West": 1,
        "Yorkshire and The Humber": 1,
    }
    assert look(thousand, year=2027).overasked == 0


def test_a_plan_shows_how_many_would_be_asked_how_much(thousand: World) -> None:
    contribute(thousand, [1, 2, 3], minutes=80)
    contribute(thousand, [13], minutes=40)

    spread = look(thousand, replace(PLAN, voluntary_total=1200)).spread

    assert spread is not None
    # Everybody is asked for 15 minutes; one was asked for 40 before, three for 80.
    assert [(band.high, band.units) for band in spread.bands] == [(30, 1196), (60, 1), (90, 0), (None, 3)]
    assert spread.over == 3
    ledger = thousand.read(lambda s: year_spread(s, year=2026))
    assert ledger is not None
    assert [band.units for band in ledger.bands] == [0, 1, 3, 0]


def test_the_next_plan_expects_the_replies_and_the_overlap_of_the_year_before(world: World) -> None:
    world.opened(charities=80)
    waiting = world.read(lambda s: casework.open_cases(s, round_id=world.round_id))
    chosen = [case_id for case_id, sector, *_ in waiting if sector is Sector.VOLUNTARY][::4]
    with world.database.writing() as session:
        for case_id in chosen:
            answered(session, world, case_id)
    world.move_to(end_of(DATES.closes_on))

    view = look(world, PanelPlan(voluntary_total=40, minimum=2), year=2027)

    assert view.last is not None
    assert (view.last.round_id, view.last.year) == (world.round_id, 2026)
    assert sum(view.last.asked.values()) == 60
    assert sum(view.last.replied.values()) == 10
    shares = {line.stratum.name: line.response for line in view.lines}
    for name, asked in view.last.asked.items():
        own = view.last.replied[name] / asked
        # Between its own share and the usual one.
        assert min(own, 0.0) <= shares[name] <= 0.7
    assert view.previous_year == 2026
    assert 20 < view.outlook.kept < 60
    (everyone,) = (line for line in view.groups if line.key == "vco")
    assert everyone.outcome.half_width_before is not None
    assert everyone.outcome.change is not None
    fewer = look(world, PanelPlan(voluntary_total=24, minimum=2), year=2027)
    (said,) = [line for line in fewer.notes if "wider than that of 2026" in line]
    assert "because 24 are asked instead of 40. Ask more" in said


def answered(session, world: World, case_id: int) -> None:  # type: ignore[no-untyped-def]
    answer_all(
        session,
        world.keys,
        case_id=case_id,
        rng=np.random.default_rng(case_id),
        save=Save(now=world.clock.now()),
    )


def test_another_survey_takes_public_bodies_only_where_the_plan_says_so(thousand: World) -> None:
    def asked(strand: Strand, public_bodies: bool | None) -> int:
        plan = replace(PLAN, public_bodies=public_bodies)
        request = PanelRequest(thousand.frame_id, strand, 2026, plan)
        view = thousand.read(lambda s: look_at(s, request=request, programme_id=thousand.programme))
        return view.asked(Sector.PUBLIC)

    assert [asked(Strand.ANNUAL_SURVEY, choice) for choice in (None, True, False)] == [8, 8, 0]
    assert [asked(Strand.LOCAL_SURVEY, choice) for choice in (None, True, False)] == [0, 8, 0]


def test_a_drawn_panel_says_whether_public_bodies_are_asked(thousand: World) -> None:
    request = PanelRequest(thousand.frame_id, Strand.FOCUS_GROUPS, 2026, PLAN)
    with thousand.database.writing() as session:
        panel_id = drawing.draw_panel(session, request=request, context=thousand.context())

    page = thousand.read(lambda s: drawing.panel_page(s, panel_id=panel_id, programme_id=thousand.programme))
    assert page.plan["public_bodies"] is False
    assert (page.size(Sector.PUBLIC), page.size(Sector.VOLUNTARY)) == (0, 300)


def test_strata_without_regions_and_joined_bands_are_drawn_as_they_were_seen(thousand: World) -> None:
    plan = replace(PLAN, by=("band",), min_pop_size=400)

    view, panel_id = look(thousand, plan), draw(thousand, plan)

    sampled = [line for line in view.lines if line.stratum.sector is Sector.VOLUNTARY]
    assert [line.stratum.region for line in sampled] == ["England"] * len(sampled)
    assert view.joined != ()
    assert sum(line.pop_size for line in sampled) == 1200
    verified = thousand.read(lambda s: verify_panel(s, panel_id=panel_id, programme_id=thousand.programme))
    assert verified.faults == ()


def test_results_by_region_are_told_where_strata_do_not_divide_by_it(world: World) -> None:
    world.drawn(charities=80, plan=PanelPlan(voluntary_total=60, minimum=2, by=("band",), min_pop_size=60))
    launch(world, "Annual survey 2026")
    world.tick()
    world.move_to(at(DATES.opens_on, 9))
    for case in world.read(lambda s: casework.open_cases(s, round_id=world.round_id)):
        with world.database.writing() as session:
            answered(session, world, case.id)
    world.move_to(end_of(DATES.closes_on))
    round_view = world.read(lambda s: get_round(s, round_id=world.round_id, programme_id=world.programme))

    replies = world.read(lambda s: replies_of(s, world.keys, round_view=round_view))

    assert {row.stratum.name for row in replies.rows if row.stratum.sector is Sector.VOLUNTARY} == {
        "vco | England | under 100k"
    }
    protection = mark_round(replies, Rules(threshold=1))
    results = item_results(replies, weight_replies(replies), protection=protection)
    estimates = {
        cells.region
        for item in results
        if item.question_public is None
        for cells in item.regions
        if cells.voluntary.estimate is not None
    }
    assert estimates == {"North East", "North West"}
