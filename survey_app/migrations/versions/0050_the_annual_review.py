"""The annual review: issues, decisions, what follows, sessions and who came"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

HELD = (
    ("coordinator", "see_reviews"),
    ("coordinator", "keep_reviews"),
    ("coordinator", "run_sessions"),
    ("reviewer", "see_reviews"),
    ("signatory_public", "see_reviews"),
    ("signatory_voluntary", "see_reviews"),
)
GIVEN = """INSERT INTO "grant"
    (person_id, programme_id, permission, role, strand, granted_at, granted_by, given_alone_by_id)
    SELECT person_id, programme_id, '{permission}', role, strand, granted_at, granted_by, given_alone_by_id
    FROM "grant" WHERE role = '{role}' AND permission = 'see_questionnaires'"""


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    for role, permission in HELD:
        op.execute(GIVEN.format(role=role, permission=permission))
    op.create_table(
        "review_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("put_forward_by", sa.String(length=200), nullable=False),
        sa.Column("sector", _one_of("sector", "public_body", "vco"), nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("state", _one_of("state", "open", "merged", "closed"), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(release_id IS NULL) = (item = '')", name=op.f("ck_review_issue_figure_of_a_release")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_why <> '')", name=op.f("ck_review_issue_closed_with_a_reason")
        ),
        sa.CheckConstraint(
            "(state = 'merged') = (merged_into_id IS NOT NULL)",
            name=op.f("ck_review_issue_merged_into_another"),
        ),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_review_issue_not_into_itself")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["review_issue.id"], name=op.f("fk_review_issue_merged_into_id")
        ),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_review_issue_release_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_review_issue_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_issue")),
    )
    op.create_index(op.f("ix_review_issue_merged_into_id"), "review_issue", ["merged_into_id"])
    op.create_index(op.f("ix_review_issue_release_id"), "review_issue", ["release_id"])
    op.create_index(op.f("ix_review_issue_round_id"), "review_issue", ["round_id"])
    op.create_table(
        "review_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("scope", _one_of("scope", "national", "regional", "local"), nullable=False),
        sa.Column("area", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.String(length=5), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("facilitator", sa.String(length=200), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("languages", sa.String(length=200), nullable=False),
        sa.Column("second_round", sa.Boolean(), nullable=False),
        sa.Column("state", _one_of("state", "planned", "held", "cancelled"), nullable=False),
        sa.Column("cancelled_why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(scope = 'national') = (area = '')", name=op.f("ck_review_session_area_of_its_scope")
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_why <> '')",
            name=op.f("ck_review_session_cancelled_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_review_session_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_session")),
        sa.UniqueConstraint("round_id", "title", name=op.f("uq_review_session_round_id_title")),
    )
    op.create_table(
        "review_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("state", _one_of("state", "standing", "withdrawn"), nullable=False),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_why <> '')",
            name=op.f("ck_review_decision_withdrawn_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["review_issue.id"], name=op.f("fk_review_decision_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decision")),
    )
    op.create_index(op.f("ix_review_decision_issue_id"), "review_decision", ["issue_id"])
    op.create_table(
        "review_handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=200), nullable=False),
        sa.Column("after", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["review_session.id"], name=op.f("fk_review_handover_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_handover")),
    )
    op.create_index(op.f("ix_review_handover_session_id"), "review_handover", ["session_id"])
    op.create_table(
        "review_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("sector", _one_of("sector", "public_body", "vco"), nullable=False),
        sa.Column("level", _one_of("level", "national", "regional", "local"), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column("reply", _one_of("reply", "none", "accepted", "declined", "uninvited"), nullable=False),
        sa.Column("came", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("came IS NULL OR came >= 0", name=op.f("ck_review_invitation_people_who_came")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_review_invitation_contact_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_review_invitation_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["review_session.id"], name=op.f("fk_review_invitation_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_invitation")),
        sa.UniqueConstraint(
            "session_id",
            "organisation_id",
            "role",
            name=op.f("uq_review_invitation_session_id_organisation_id_role"),
        ),
    )
    op.create_index(
        op.f("ix_review_invitation_contact_id"), "review_invitation", ["contact_id"], unique=False
    )
    op.create_index(
        op.f("ix_review_invitation_organisation_id"), "review_invitation", ["organisation_id"], unique=False
    )
    op.create_table(
        "review_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=400), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", _one_of("state", "open", "done", "dropped"), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (settled_on IS NULL)", name=op.f("ck_review_action_settled_on_a_day")
        ),
        sa.CheckConstraint(
            "state <> 'dropped' OR note <> ''", name=op.f("ck_review_action_dropped_with_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["review_decision.id"], name=op.f("fk_review_action_decision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_action")),
    )
    op.create_index(op.f("ix_review_action_decision_id"), "review_action", ["decision_id"])
    op.create_table(
        "review_dissent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("sector", _one_of("sector", "public_body", "vco"), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["review_decision.id"], name=op.f("fk_review_dissent_decision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_dissent")),
    )
    op.create_index(op.f("ix_review_dissent_decision_id"), "review_dissent", ["decision_id"])
    op.create_table(
        "review_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("kind", "topic", "question", "study"), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("state", _one_of("state", "proposed", "taken up", "answered", "dropped"), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_release_id", sa.Integer(), nullable=True),
        sa.Column("dropped_why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'answered') = (answer <> '')", name=op.f("ck_review_step_answered_in_words")
        ),
        sa.CheckConstraint(
            "(state = 'dropped') = (dropped_why <> '')", name=op.f("ck_review_step_dropped_with_a_reason")
        ),
        sa.CheckConstraint(
            "state <> 'taken up' OR round_id IS NOT NULL OR version_id IS NOT NULL",
            name=op.f("ck_review_step_taken_up_somewhere"),
        ),
        sa.ForeignKeyConstraint(
            ["answer_release_id"], ["release.id"], name=op.f("fk_review_step_answer_release_id")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["review_issue.id"], name=op.f("fk_review_step_issue_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_review_step_round_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["instrument_version.id"], name=op.f("fk_review_step_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_step")),
    )
    op.create_index(
        op.f("ix_review_step_answer_release_id"), "review_step", ["answer_release_id"], unique=False
    )
    op.create_index(op.f("ix_review_step_issue_id"), "review_step", ["issue_id"])
    op.create_index(op.f("ix_review_step_round_id"), "review_step", ["round_id"])
    op.create_index(op.f("ix_review_step_version_id"), "review_step", ["version_id"])


def downgrade() -> None:
    op.execute("""DELETE FROM "grant" WHERE permission IN ('see_reviews', 'keep_reviews', 'run_sessions')""")
    op.drop_table("review_step")
    op.drop_table("review_dissent")
    op.drop_table("review_action")
    op.drop_table("review_invitation")
    op.drop_table("review_handover")
    op.drop_table("review_decision")
    op.drop_table("review_session")
    op.drop_table("review_issue")
