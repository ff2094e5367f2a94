"""The days of a round are events; a round has a year, the round before it, and a panel where it needs one"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from survey_app.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = {
    "open": "opens_on",
    "first_reminder": "first_reminder_on",
    "second_reminder": "second_reminder_on",
    "close": "closes_on",
}
STAGES = ("planned", "launching", "ready", "preparing", "open", "closed", "withdrawn")
_ROUND = sa.table(
    "round",
    *(
        sa.column(name, sa.Integer())
        for name in ("id", "programme_id", "panel_id", "year", "follows_round_id")
    ),
    *(sa.column(name, sa.String()) for name in ("strand", "stage")),
    *(sa.column(name, sa.Date()) for name in COLUMNS.values()),
)
_PANEL = sa.table("panel", sa.column("id", sa.Integer()), sa.column("year", sa.Integer()))
_JOB = sa.table(
    "job",
    sa.column("kind", sa.String()),
    sa.column("subject_id", sa.Integer()),
    sa.column("state", sa.String()),
)
_EVENT = sa.table(
    "round_event",
    sa.column("round_id", sa.Integer()),
    sa.column("kind", sa.String()),
    sa.column("day", sa.Date()),
    sa.column("state", sa.String()),
    sa.column("why", sa.String()),
)


def upgrade() -> None:
    _new_table()
    with op.batch_alter_table("round") as batch:
        batch.add_column(sa.Column("year", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("follows_round_id", sa.Integer(), nullable=True))
    _fill(op.get_bind())
    with op.batch_alter_table("round") as batch:
        batch.alter_column("year", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("panel_id", existing_type=sa.Integer(), nullable=True)
        batch.drop_constraint(op.f("ck_round_dates_in_order"), type_="check")
        for column in COLUMNS.values():
            batch.drop_column(column)
        batch.create_foreign_key(op.f("fk_round_follows_round_id"), "round", ["follows_round_id"], ["id"])
        batch.create_check_constraint(op.f("ck_round_stage"), _one_of("stage", STAGES))
        batch.create_check_constraint(
            op.f("ck_round_panel"),
            "strand NOT IN ('annual_survey', 'local_survey') OR panel_id IS NOT NULL",
        )


def _new_table() -> None:
    op.create_table(
        "round_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("moved_from", sa.Date(), nullable=True),
        sa.Column("moved_by", sa.String(length=200), nullable=True),
        sa.Column("moved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.CheckConstraint(_one_of("kind", COLUMNS), name=op.f("ck_round_event_kind")),
        sa.CheckConstraint(
            _one_of("state", ("planned", "done", "cancelled")), name=op.f("ck_round_event_state")
        ),
        sa.CheckConstraint(
            "(moved_from IS NULL) = (moved_at IS NULL) AND (moved_from IS NULL) = (moved_by IS NULL)",
            name=op.f("ck_round_event_moved_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_event_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_event")),
        sa.UniqueConstraint("round_id", "kind", name=op.f("uq_round_event_round_id_kind")),
    )
    op.create_index("ix_round_event_state_day", "round_event", ["state", "day"])


def _one_of(column: str, values: Any) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _fill(connection: sa.Connection) -> None:
    """Four events for every round, its panel's year, and the round of its strand that opened before it."""
    years = dict(connection.execute(sa.select(_PANEL.c.id, _PANEL.c.year)).all())
    finished = connection.execute(sa.select(_JOB.c.subject_id, _JOB.c.kind).where(_JOB.c.state == "done"))
    done = {(subject, kind) for subject, kind in finished}
    newest: dict[tuple[int, str], int] = {}
    for row in connection.execute(sa.select(_ROUND).order_by(_ROUND.c.opens_on, _ROUND.c.id)).all():
        connection.execute(sa.insert(_EVENT), list(_events(row, done)))
        connection.execute(
            sa.update(_ROUND)
            .where(_ROUND.c.id == row.id)
            .values(year=years[row.panel_id], follows_round_id=newest.get((row.programme_id, row.strand)))
        )
        if row.stage != "withdrawn":
            newest[row.programme_id, row.strand] = row.id


def _events(row: Any, done: set[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    for kind, column in COLUMNS.items():
        been = (row.id, kind) in done or (kind == "open" and row.stage in ("open", "closed"))
        state = "cancelled" if row.stage in ("closed", "withdrawn") else "planned"
        yield {
            "round_id": row.id,
            "kind": kind,
            "day": getattr(row, column),
            "state": "done" if been or (kind, row.stage) == ("close", "closed") else state,
            "why": "",
        }
