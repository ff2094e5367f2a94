"""Panels drawn year after year from small frames, for tests."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from sampling.frame import Sector
from survey_app.models.frames import Organisation
from survey_app.models.panels import PanelMember, PanelStratum
from survey_app.services import burden, frames, panels, rounds
from survey_app.services.burden import Contribution, Rule
from survey_app.services.panel_checks import verify_panel
from survey_app.services.plan_choices import PanelPlan
from survey_app.services.rounds import RoundPlan
from tests.world import DATES, World

PLAN = PanelPlan(voluntary_total=20, minimum=0)
HEADER = "source_id,name,region,income_band,classification,local_authority,register_status,email\n"
NO_REST = Rule(Sector.VOLUNTARY, None, None, 3, 0)


def charities(numbers: range, *, region: str = "London") -> str:
    """A list of VCOs of one region and band."""
    return "".join(f"V{n:05},Charity {n:05},{region},under 10k,sport,Area 1,registered,\n" for n in numbers)


def framed(world: World) -> int:
    with world.database.writing() as session:
        return frames.make_frame(session, as_of=date(2026, 8, 24), act=world.act())


def rule(world: World, wanted: Rule) -> None:
    with world.database.writing() as session:
        burden.change_rule(session, rule=wanted, act=world.act())


def draw(
    world: World,
    year: int,
    *,
    plan: PanelPlan = PLAN,
    strand: str = "annual",
    avoid: int | None = None,
    confirmed: bool = False,
) -> int:
    with world.database.writing() as session:
        return panels.draw_panel(
            session,
            frame_id=world.frame_id,
            strand=strand,
            year=year,
            plan=plan,
            act=world.act(),
            avoid=avoid,
            confirmed_shrink=confirmed,
        )


def members(world: World, panel_id: int) -> set[int]:
    query = select(PanelMember.organisation_id).where(PanelMember.panel_id == panel_id)
    return world.read(lambda s: set(s.scalars(query)))


def stratum(world: World, panel_id: int) -> PanelStratum:
    """The only stratum of a panel."""
    return world.read(
        lambda s: s.scalars(select(PanelStratum).where(PanelStratum.panel_id == panel_id)).one()
    )


def numbers(world: World) -> dict[int, float]:
    return world.read(lambda s: dict(s.execute(select(Organisation.id, Organisation.prn)).all()))


def rows(world: World, model: type) -> list:  # type: ignore[type-arg]
    return world.read(lambda s: list(s.scalars(select(model))))


def verified(world: World, panel_id: int) -> tuple[str, ...]:
    return world.read(lambda s: verify_panel(s, panel_id=panel_id, programme_id=world.programme)).faults


def contribute(world: World, organisations: list[int], *, minutes: int, day: date = date(2026, 3, 1)) -> None:
    with world.database.writing() as session:
        for one in organisations:
            given = Contribution(one, "interview", "deep_review", day, minutes)
            burden.note_contribution(session, given=given, act=world.act())


def growing(world: World) -> list[int]:
    """Three years' panels of 60, 60 and 95 of a hundred: in the third not all who rest can be spared."""
    return [
        draw(world, year, plan=replace(PLAN, voluntary_total=size))
        for year, size in ((2026, 60), (2027, 60), (2028, 95))
    ]


def launch(world: World, title: str) -> None:
    """Plan a round on the world's panel, and press the button."""
    with world.database.writing() as session:
        plan = RoundPlan(title, world.panel_id, DATES)
        world.round_id = rounds.plan_round(session, plan=plan, act=world.act())
    world.launch()
