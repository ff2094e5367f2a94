"""The register of agreements: dated entries, and the rule of what is live and well-rounded"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

KINDS = (
    "stage", "flag", "area", "signatory", "code of practice", "champion", "resource", "publicity", "review"
)  # fmt: skip
LEVELS = "level IN ('national', 'regional', 'local', 'sector')"
# What an agreement's two days said becomes entries of the register.
BEGUN = (
    "INSERT INTO register_entry (agreement_id, kind, what, state, detail, began_on, precision, reason,"
    " source, recorded_at, recorded_by, void) SELECT agreement.id, 'stage', :what, '', '{{}}', {day}, 'day',"
    " '', 'entered when the agreement was added', programme.created_at, 'upgrade', :void"
    " FROM agreement JOIN programme ON programme.id = agreement.programme_id WHERE {day} IS NOT NULL"
)


def upgrade() -> None:
    op.create_table(
        "register_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_register_rule_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_rule")),
    )
    op.create_index(op.f("ix_register_rule_programme_id"), "register_rule", ["programme_id"])
    _entries()
    with op.batch_alter_table("agreement") as batch:
        batch.add_column(sa.Column("level", sa.String(length=40), nullable=False, server_default="local"))
        batch.create_check_constraint(op.f("ck_agreement_level"), LEVELS)
    op.execute(
        "UPDATE agreement SET level = 'national' WHERE programme_id IN"
        " (SELECT id FROM programme WHERE kind = 'national')"
    )
    for what, day in (("in place", "agreement.in_force_from"), ("ended", "agreement.in_force_to")):
        statement = sa.text(BEGUN.format(day=day)).bindparams(sa.bindparam("void", False, sa.Boolean()))
        op.execute(statement.bindparams(what=what))
    with op.batch_alter_table("agreement") as batch:
        batch.alter_column("level", existing_type=sa.String(length=40), server_default=None)
        batch.drop_column("in_force_from")
        batch.drop_column("in_force_to")


def _entries() -> None:
    op.create_table(
        "register_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column(
            "precision",
            sa.Enum(
                "day",
                "month",
                "year",
                "seen",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'area') = (area_id IS NOT NULL)", name=op.f("ck_register_entry_area_of_an_area")
        ),
        sa.CheckConstraint(
            "kind = 'signatory' OR organisation_id IS NULL",
            name=op.f("ck_register_entry_organisation_of_a_signatory"),
        ),
        sa.CheckConstraint(
            "ended_on IS NULL OR began_on < ended_on", name=op.f("ck_register_entry_lifetime")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_register_entry_agreement_id")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_register_entry_area_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_register_entry_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["register_entry.id"], name=op.f("fk_register_entry_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_register_entry_replaces_id")),
    )
    for column in ("agreement_id", "area_id", "organisation_id"):
        op.create_index(op.f(f"ix_register_entry_{column}"), "register_entry", [column])


def downgrade() -> None:
    with op.batch_alter_table("agreement") as batch:
        batch.add_column(sa.Column("in_force_from", sa.Date(), nullable=True))
        batch.add_column(sa.Column("in_force_to", sa.Date(), nullable=True))
        batch.drop_constraint(op.f("ck_agreement_level"), type_="check")
        batch.drop_column("level")
    op.drop_table("register_entry")
    op.drop_table("register_rule")
