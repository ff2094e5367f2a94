"""The logs: consultations, disputes, actions, funding, examples, practice, what else changed"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

KINDS = (
    "consultation", "dispute", "complaint", "action", "funding", "example", "practice", "event"
)  # fmt: skip
ABOUT = "area_id IS NOT NULL OR agreement_id IS NOT NULL OR organisation_id IS NOT NULL"
LINKS = {"programme_id": "programme", "area_id": "area", "agreement_id": "agreement"} | dict.fromkeys(
    ("organisation_id", "upstream_id"), "organisation"
)
GIVEN = """INSERT INTO "grant"
    (person_id, programme_id, permission, role, strand, granted_at, granted_by, given_alone_by_id)
    SELECT person_id, programme_id, '{permission}', role, strand, granted_at, granted_by, given_alone_by_id
    FROM "grant" WHERE role = 'coordinator' AND permission = 'keep_register'"""


def upgrade() -> None:
    op.create_table(
        "log_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in LINKS if name != "programme_id"),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ended_on IS NULL OR began_on <= ended_on", name=op.f("ck_log_entry_lifetime")),
        sa.CheckConstraint(
            "due_on IS NULL OR kind = 'action'", name=op.f("ck_log_entry_due_day_of_an_action")
        ),
        sa.CheckConstraint(ABOUT, name=op.f("ck_log_entry_about_something")),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_log_entry_{name}"))
            for name, table in (LINKS | {"replaces_id": "log_entry"}).items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entry")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_log_entry_replaces_id")),
        sa.UniqueConstraint("origin", name=op.f("uq_log_entry_origin")),
    )
    for column in LINKS:
        op.create_index(op.f(f"ix_log_entry_{column}"), "log_entry", [column])
    for permission in ("see_logs", "keep_logs"):
        op.execute(GIVEN.format(permission=permission))


def downgrade() -> None:
    op.execute("""DELETE FROM "grant" WHERE permission IN ('see_logs', 'keep_logs')""")
    op.drop_table("log_entry")
