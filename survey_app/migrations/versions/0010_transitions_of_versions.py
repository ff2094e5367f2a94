"""The steps of a questionnaire's versions are called transitions"""

import sqlalchemy as sa
from alembic import op

from survey_app.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATE = sa.Enum(
    "draft", "in_test", "agreed", "published", "retired", name="versionstate", native_enum=False, length=40
)
COLUMNS = "version_id, before, after, note, at, actor"


def upgrade() -> None:
    _move("instrument_move", "instrument_transition")


def downgrade() -> None:
    _move("instrument_transition", "instrument_move")


def _move(old: str, new: str) -> None:
    """A table under its new name, with constraints named after it; its rows in their order."""
    op.create_table(
        new,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("before", STATE, nullable=True),
        sa.Column("after", STATE, nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["instrument_version.id"], name=op.f(f"fk_{new}_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{new}")),
    )
    op.create_index(op.f(f"ix_{new}_version_id"), new, ["version_id"])
    # Names of tables cannot be bound; both come from the two lines above.
    op.execute(f"INSERT INTO {new} ({COLUMNS}) SELECT {COLUMNS} FROM {old} ORDER BY id")  # noqa: S608
    op.drop_table(old)
