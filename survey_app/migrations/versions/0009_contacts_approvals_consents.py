"""Several contacts for an organisation, titles of agreements, grants by strand, approvals, notices and consents"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from survey_app.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STRANDS = "'', 'annual_survey', 'annual_review', 'focus_groups', 'deep_review', 'local_survey', 'commissioned_study'"
MOMENT = UtcDateTime(timezone=True)


def upgrade() -> None:
    _agreements()
    _grants(op.get_bind())
    _contacts()
    _approvals()
    _notices()
    _consents()


def _agreements() -> None:
    """An agreement of before is the one of its programme: England Compact."""
    with op.batch_alter_table("agreement") as table:
        table.add_column(sa.Column("title", sa.String(length=200), nullable=True))
    op.execute(
        "UPDATE agreement SET title = "
        "(SELECT programme.name FROM programme WHERE programme.id = agreement.programme_id) || ' ' || name"
    )
    with op.batch_alter_table("agreement") as table:
        table.alter_column("title", existing_type=sa.String(length=200), nullable=False)
        table.drop_constraint("uq_agreement_programme_id_name", type_="unique")
        table.create_unique_constraint("uq_agreement_programme_id_title", ["programme_id", "title"])


def _grants(connection: sa.Connection) -> None:
    """The key of the table grows, so the table is made anew; what was granted holds for all strands."""
    held: list[dict[str, Any]] = [
        dict(row)
        for row in connection.execute(
            sa.text(
                'SELECT person_id, programme_id, permission, role, granted_at, granted_by FROM "grant"'
            ).columns(granted_at=MOMENT)
        ).mappings()
    ]
    op.drop_table("grant")
    grants = op.create_table(
        "grant",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("permission", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("strand", sa.String(length=40), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("granted_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_grant_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_grant_programme_id")),
        sa.CheckConstraint(f"strand IN ({STRANDS})", name=op.f("ck_grant_strand")),
        sa.PrimaryKeyConstraint(
            "person_id", "programme_id", "permission", "role", "strand", name=op.f("pk_grant")
        ),
    )
    op.bulk_insert(grants, [{**row, "strand": ""} for row in held])


def _contacts() -> None:
    """Each contact of before stays readable: it is sealed with the number of its organisation."""
    with op.batch_alter_table("contact") as table:
        table.add_column(sa.Column("unit", sa.String(length=200), nullable=True))
        table.add_column(sa.Column("position", sa.Integer(), nullable=True))
        table.add_column(sa.Column("role", sa.String(length=120), nullable=True))
        table.add_column(sa.Column("seal_context", sa.String(length=60), nullable=True))
        for name in ("name_sealed", "telephone_sealed", "post_sealed"):
            table.add_column(sa.Column(name, sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("language", sa.String(length=20), nullable=True))
        table.add_column(sa.Column("source", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("permission", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("valid_from", sa.Date(), nullable=True))
        table.add_column(sa.Column("valid_to", sa.Date(), nullable=True))
        table.add_column(sa.Column("created_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE contact SET unit = '', position = 0, role = '', language = 'en', permission = 'may_contact',"
        " created_at = updated_at, seal_context = 'contact ' || CAST(organisation_id AS VARCHAR(20)),"
        " source = CASE WHEN EXISTS (SELECT 1 FROM source_record"
        " WHERE source_record.organisation_id = contact.organisation_id) THEN 'list' ELSE 'staff' END"
    )
    with op.batch_alter_table("contact") as table:
        for name, type_ in (
            ("unit", sa.String(length=200)),
            ("position", sa.Integer()),
            ("role", sa.String(length=120)),
            ("seal_context", sa.String(length=60)),
            ("language", sa.String(length=20)),
            ("source", sa.String(length=40)),
            ("permission", sa.String(length=40)),
            ("created_at", MOMENT),
        ):
            table.alter_column(name, existing_type=type_, nullable=False)
        table.alter_column("email_sealed", existing_type=sa.LargeBinary(), nullable=True)
        table.alter_column("email_lookup", existing_type=sa.String(length=64), nullable=True)
        table.drop_constraint("uq_contact_organisation_id", type_="unique")
        table.create_index("ix_contact_organisation", ["organisation_id", "unit", "position"])
        table.create_check_constraint(
            op.f("ck_contact_source"), "source IN ('list', 'staff', 'respondent', 'public')"
        )
        table.create_check_constraint(
            op.f("ck_contact_permission"), "permission IN ('may_contact', 'forwarded_only', 'no')"
        )
        table.create_check_constraint(op.f("ck_contact_valid_in_order"), "valid_to >= valid_from")
        table.create_check_constraint(
            op.f("ck_contact_email_can_be_looked_up"), "(email_sealed IS NULL) = (email_lookup IS NULL)"
        )


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("permission", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("asked_by_person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_by_person_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decision", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_approval_programme_id")),
        sa.ForeignKeyConstraint(
            ["asked_by_person_id"], ["person.id"], name=op.f("fk_approval_asked_by_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_person_id"], ["person.id"], name=op.f("fk_approval_decided_by_person_id")
        ),
        sa.CheckConstraint(
            "decision IN ('agreed', 'refused', 'withdrawn')", name=op.f("ck_approval_decision")
        ),
        sa.CheckConstraint(
            "decision = 'withdrawn' OR decided_by_person_id <> asked_by_person_id",
            name=op.f("ck_approval_second_person"),
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL) = (decided_by_person_id IS NULL)",
            name=op.f("ck_approval_decided_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    undecided = sa.text("decision IS NULL")
    op.create_index(
        "uq_approval_programme_id_act_subject_kind_subject_id",
        "approval",
        ["programme_id", "act", "subject_kind", "subject_id"],
        unique=True,
        sqlite_where=undecided,
        postgresql_where=undecided,
    )
    op.create_index("ix_approval_subject", "approval", ["subject_kind", "subject_id"])


def _notices() -> None:
    op.create_table(
        "notice_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_notice_version_programme_id")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_notice_version_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_version")),
        sa.UniqueConstraint(
            "programme_id",
            "kind",
            "version",
            "language",
            name=op.f("uq_notice_version_programme_id_kind_version_language"),
        ),
    )
    op.create_table(
        "round_notice",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("notice_version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_notice_round_id")),
        sa.ForeignKeyConstraint(
            ["notice_version_id"], ["notice_version.id"], name=op.f("fk_round_notice_notice_version_id")
        ),
        sa.PrimaryKeyConstraint("round_id", "kind", "language", name=op.f("pk_round_notice")),
    )
    op.create_index(op.f("ix_round_notice_notice_version_id"), "round_notice", ["notice_version_id"])


def _consents() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("label_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("person_ref", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("notice_version_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_consent_programme_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_contact_id")),
        sa.ForeignKeyConstraint(
            ["notice_version_id"], ["notice_version.id"], name=op.f("fk_consent_notice_version_id")
        ),
        sa.CheckConstraint(
            "(contact_id IS NULL) <> (label_sealed IS NULL)", name=op.f("ck_consent_one_person")
        ),
        sa.CheckConstraint("withdrawn_at >= given_at", name=op.f("ck_consent_given_before_withdrawn")),
        sa.CheckConstraint(
            "mode IN ('web', 'telephone', 'post', 'face_to_face', 'group')", name=op.f("ck_consent_mode")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("uuid", name=op.f("uq_consent_uuid")),
    )
    standing = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_consent_subject_kind_subject_id_person_ref_purpose",
        "consent",
        ["subject_kind", "subject_id", "person_ref", "purpose"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index(op.f("ix_consent_contact_id"), "consent", ["contact_id"])
    op.create_index(op.f("ix_consent_notice_version_id"), "consent", ["notice_version_id"])
