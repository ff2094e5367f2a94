"""Roles that people had, as far as the audit trail tells"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

STRANDS = (
    "annual_survey",
    "annual_review",
    "focus_groups",
    "deep_review",
    "local_survey",
    "commissioned_study",
)
TAKEN = sa.text(
    "SELECT subject_id, programme_id, at, detail FROM audit_entry"
    " WHERE act = 'roles changed' AND subject = 'person' AND programme_id IS NOT NULL ORDER BY at, id"
).columns(at=sa.DateTime(timezone=True))


def upgrade() -> None:
    past = op.create_table(
        "past_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("strand", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "strand IN (" + ", ".join(f"'{one}'" for one in (*STRANDS, "")) + ")",
            name=op.f("ck_past_role_strand"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_past_role_person_id_person")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_past_role_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_role")),
    )
    op.create_index(op.f("ix_past_role_person_id"), "past_role", ["person_id"])
    connection = op.get_bind()
    people = set(connection.execute(sa.text("SELECT id FROM person")).scalars())
    rows = [row for entry in connection.execute(TAKEN).mappings() for row in _rows(entry, people)]
    if rows:
        op.bulk_insert(past, rows)


def _rows(entry: Any, people: set[int]) -> list[dict[str, Any]]:
    """One row for each role that was taken from somebody; the trail outlives nobody's account."""
    detail = entry["detail"] if isinstance(entry["detail"], dict) else json.loads(entry["detail"])
    person_id = int(entry["subject_id"])
    strand = (detail.get("strand") or [""])[0]
    return [
        {
            "person_id": person_id,
            "programme_id": entry["programme_id"],
            "role": role,
            "strand": strand,
            "ended_at": entry["at"],
        }
        for role in detail.get("taken", ())
        if person_id in people
    ]


def downgrade() -> None:
    op.drop_table("past_role")
