"""What share of each stratum of a panel is expected to answer: as its plan foresaw it"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from survey_app.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# What plans went by, as they were when these panels were drawn: the share of a sector before any round, the
# weight of the class above a stratum, and the parts of England between a region and its sector.
USUAL = {"public_body": 0.6, "vco": 0.4}
WEIGHT, MIN_RESPONSE = 20.0, 0.01
NORTH, SOUTH, MIDDLE = "the North", "London and the South", "the Midlands and East"
PARTS = {
    "North East": NORTH,
    "North West": NORTH,
    "Yorkshire and The Humber": NORTH,
    "London": SOUTH,
    "South East": SOUTH,
    "South West": SOUTH,
}
Key = tuple[str, ...]
_PANEL = sa.table(
    "panel",
    *(sa.column(name, sa.Integer()) for name in ("id", "programme_id", "year")),
    sa.column("strand", sa.String()),
    sa.column("drawn_at", UtcDateTime(timezone=True)),
)
_STRATUM = sa.table(
    "panel_stratum",
    *(sa.column(name, sa.Integer()) for name in ("id", "panel_id")),
    *(sa.column(name, sa.String()) for name in ("sector", "region", "band")),
    sa.column("expected_response", sa.Double()),
)
_MEMBER = sa.table("panel_member", *(sa.column(name, sa.Integer()) for name in ("id", "panel_stratum_id")))
_CASE = sa.table(
    "case",
    *(sa.column(name, sa.Integer()) for name in ("round_id", "panel_member_id")),
    sa.column("outcome", sa.String()),
)
_ROUND = sa.table(
    "round",
    *(sa.column(name, sa.Integer()) for name in ("id", "programme_id", "panel_id")),
    *(sa.column(name, sa.String()) for name in ("strand", "stage")),
)
_EVENT = sa.table(
    "round_event",
    sa.column("round_id", sa.Integer()),
    sa.column("kind", sa.String()),
    sa.column("day", sa.Date()),
)


def upgrade() -> None:
    with op.batch_alter_table("panel_stratum") as batch:
        batch.add_column(sa.Column("expected_response", sa.Double(), nullable=True))
    _fill(op.get_bind())
    with op.batch_alter_table("panel_stratum") as batch:
        batch.alter_column("expected_response", existing_type=sa.Double(), nullable=False)
        batch.create_check_constraint(
            op.f("ck_panel_stratum_expected_response"), "expected_response > 0 AND expected_response <= 1"
        )


def downgrade() -> None:
    with op.batch_alter_table("panel_stratum") as batch:
        batch.drop_constraint(op.f("ck_panel_stratum_expected_response"), type_="check")
        batch.drop_column("expected_response")


def _fill(connection: sa.Connection) -> None:
    for panel in connection.execute(sa.select(_PANEL)).all():
        replies = _replies(connection, _known_round(connection, panel))
        for stratum in connection.execute(sa.select(_STRATUM).where(_STRATUM.c.panel_id == panel.id)).all():
            connection.execute(
                sa.update(_STRATUM)
                .where(_STRATUM.c.id == stratum.id)
                .values(expected_response=_expected(stratum, replies))
            )


def _known_round(connection: sa.Connection, panel: Any) -> int | None:
    """The round that a plan learned from: the newest of its strand that was over before the panel was drawn."""
    earlier = _PANEL.alias()
    rounds = connection.execute(
        sa.select(_ROUND.c.id, _EVENT.c.day)
        .join(earlier, earlier.c.id == _ROUND.c.panel_id)
        .join(_EVENT, (_EVENT.c.round_id == _ROUND.c.id) & (_EVENT.c.kind == "close"))
        .where(
            _ROUND.c.programme_id == panel.programme_id,
            _ROUND.c.strand == panel.strand,
            _ROUND.c.stage == "closed",
            earlier.c.year < panel.year,
        )
        .order_by(earlier.c.year.desc(), _ROUND.c.id.desc())
    )
    return next((one.id for one in rounds if one.day < panel.drawn_at.date()), None)


def _replies(connection: sa.Connection, round_id: int | None) -> dict[Key, tuple[int, int]]:
    """Invitations and answers of every stratum, and of every class above it."""
    rows = connection.execute(
        sa.select(_STRATUM.c.sector, _STRATUM.c.region, _STRATUM.c.band, _CASE.c.outcome, sa.func.count())
        .join(_MEMBER, _MEMBER.c.panel_stratum_id == _STRATUM.c.id)
        .join(_CASE, _CASE.c.panel_member_id == _MEMBER.c.id)
        .where(_CASE.c.round_id == round_id, _CASE.c.outcome != "not_eligible")
        .group_by(_STRATUM.c.sector, _STRATUM.c.region, _STRATUM.c.band, _CASE.c.outcome)
    )
    asked: dict[Key, int] = defaultdict(int)
    replied: dict[Key, int] = defaultdict(int)
    for sector, region, band, outcome, count in rows:
        for key in _classes(sector, region, band):
            asked[key] += count
            replied[key] += count if outcome == "complete" else 0
    return {key: (count, replied[key]) for key, count in asked.items()}


def _expected(stratum: Any, replies: dict[Key, tuple[int, int]]) -> float:
    """From its sector down to the stratum, each steadied by the one above."""
    rate = USUAL[stratum.sector]
    for key in _classes(stratum.sector, stratum.region, stratum.band):
        asked, replied = replies.get(key, (0, 0))
        rate = max((replied + WEIGHT * rate) / (asked + WEIGHT), MIN_RESPONSE)
    return rate


def _classes(sector: str, region: str, band: str) -> Iterator[Key]:
    yield (sector,)
    yield (sector, "part", PARTS.get(region, MIDDLE))
    yield (sector, region)
    yield (sector, region, band)
