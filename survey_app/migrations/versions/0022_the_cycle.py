"""Rules of the cycle, what its rounds wait for, and rounds that are made by it"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

STRANDS = (
    "'annual_survey', 'annual_review', 'focus_groups', 'deep_review', 'local_survey', 'commissioned_study'"
)
KINDS = "'decide', 'lists', 'plan', 'frame', 'check', 'prepare', 'approve', 'object'"
POLICIES = "'propose', 'prepare', 'run'"
BEFORE = "strand NOT IN ('annual_survey', 'local_survey') OR panel_id IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "cycle_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("strand", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=True),
        sa.Column("opens_month", sa.Integer(), nullable=True),
        sa.Column("opens_day", sa.Integer(), nullable=True),
        sa.Column("after_strand", sa.String(length=40), nullable=True),
        sa.Column("after_anchor", sa.String(length=40), nullable=True),
        sa.Column("after_weeks", sa.Integer(), nullable=False),
        sa.Column("years_before", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=40), nullable=False),
        sa.Column("lists_valid_months", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(f"strand IN ({STRANDS})", name=op.f("ck_cycle_rule_strand")),
        sa.CheckConstraint(f"after_strand IN ({STRANDS})", name=op.f("ck_cycle_rule_after_strand")),
        sa.CheckConstraint("after_anchor IN ('close', 'release')", name=op.f("ck_cycle_rule_after_anchor")),
        sa.CheckConstraint(f"policy IN ({POLICIES})", name=op.f("ck_cycle_rule_policy")),
        sa.CheckConstraint(
            "(opens_month IS NULL) = (opens_day IS NULL) AND (opens_month IS NULL) = (after_strand IS NOT NULL)"
            " AND (after_strand IS NULL) = (after_anchor IS NULL)",
            name=op.f("ck_cycle_rule_opens_on_a_day_or_after"),
        ),
        sa.CheckConstraint("every > 0 AND first_year <= last_year", name=op.f("ck_cycle_rule_years")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_cycle_rule_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_rule")),
        sa.UniqueConstraint(
            "programme_id", "strand", "title", name=op.f("uq_cycle_rule_programme_id_strand_title")
        ),
    )
    with op.batch_alter_table("round") as batch:
        batch.add_column(sa.Column("series", sa.String(length=100), nullable=False, server_default=""))
        batch.add_column(sa.Column("cycle_slot", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("policy", sa.String(length=40), nullable=True))
        batch.drop_constraint(op.f("ck_round_panel"), type_="check")
    with op.batch_alter_table("round") as batch:
        batch.alter_column("series", existing_type=sa.String(length=100), server_default=None)
        batch.create_check_constraint(
            op.f("ck_round_panel"), f"{BEFORE} OR stage IN ('planned', 'withdrawn')"
        )
        batch.create_check_constraint(op.f("ck_round_policy"), f"policy IN ({POLICIES})")
        batch.create_check_constraint(
            op.f("ck_round_made_by_the_cycle"), "(cycle_slot IS NULL) = (policy IS NULL)"
        )
        batch.create_unique_constraint(
            op.f("uq_round_programme_id_strand_series_cycle_slot"),
            ["programme_id", "strand", "series", "cycle_slot"],
        )
    op.create_table(
        "cycle_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=2000), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_cycle_task_kind")),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_cycle_task_done_by_somebody")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_cycle_task_programme_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["cycle_rule.id"], name=op.f("fk_cycle_task_rule_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_cycle_task_round_id")),
        sa.ForeignKeyConstraint(
            ["owner_person_id"], ["person.id"], name=op.f("fk_cycle_task_owner_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_task")),
        sa.UniqueConstraint("rule_id", "slot", "kind", name=op.f("uq_cycle_task_rule_id_slot_kind")),
    )
    with op.batch_alter_table("job") as batch:
        batch.add_column(sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("note", sa.String(length=400), nullable=False, server_default=""))
    with op.batch_alter_table("job") as batch:
        batch.alter_column("note", existing_type=sa.String(length=400), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("job") as batch:
        batch.drop_column("note")
        batch.drop_column("started_at")
    op.drop_table("cycle_task")
    with op.batch_alter_table("round") as batch:
        batch.drop_constraint(op.f("uq_round_programme_id_strand_series_cycle_slot"), type_="unique")
        batch.drop_constraint(op.f("ck_round_made_by_the_cycle"), type_="check")
        batch.drop_constraint(op.f("ck_round_policy"), type_="check")
        batch.drop_constraint(op.f("ck_round_panel"), type_="check")
        batch.create_check_constraint(op.f("ck_round_panel"), BEFORE)
        for name in ("policy", "cycle_slot", "series"):
            batch.drop_column(name)
    op.drop_table("cycle_rule")
