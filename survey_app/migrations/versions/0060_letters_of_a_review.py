"""Letters about what has no seat, replies of whoever is invited to a review, owners that are organisations"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

KINDS = ("seat", "trial_reader", "voter", "invited", "consenting_person", "key_party")
ONE_SUBJECT = "(subject_kind = '') = (subject_id IS NULL) AND (subject_id IS NULL OR seat_id IS NULL)"
SUBJECT = ["subject_kind", "subject_id", "event"]


def upgrade() -> None:
    with op.batch_alter_table("message") as table:
        table.add_column(sa.Column("subject_kind", sa.String(length=40), nullable=False, server_default=""))
        table.add_column(sa.Column("subject_id", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_message_one_subject"), ONE_SUBJECT)
    op.create_index("ix_message_subject", "message", SUBJECT, unique=True)
    _hold_kinds(KINDS)
    with op.batch_alter_table("review_action") as table:
        table.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_review_action_organisation_id"), "organisation", ["organisation_id"], ["id"]
        )
    op.create_index(op.f("ix_review_action_organisation_id"), "review_action", ["organisation_id"])
    with op.batch_alter_table("review_invitation") as table:
        table.add_column(sa.Column("uuid", sa.String(length=36), nullable=True))
        table.add_column(sa.Column("needs_sealed", sa.LargeBinary(), nullable=True))
    _name_invitations()
    with op.batch_alter_table("review_invitation") as table:
        table.alter_column("uuid", existing_type=sa.String(length=36), nullable=False)
        table.create_unique_constraint(op.f("uq_review_invitation_uuid"), ["uuid"])


def _hold_kinds(kinds: tuple[str, ...]) -> None:
    values = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("access") as table:
        table.drop_constraint(op.f("ck_access_kind"), type_="check")
        table.create_check_constraint(op.f("ck_access_kind"), f"kind IN ({values})")


def _name_invitations() -> None:
    connection = op.get_bind()
    ids = connection.execute(sa.text("SELECT id FROM review_invitation")).scalars().all()
    for key in ids:
        connection.execute(
            sa.text("UPDATE review_invitation SET uuid = :uuid WHERE id = :id"),
            {"uuid": str(uuid.uuid4()), "id": key},
        )


def downgrade() -> None:
    with op.batch_alter_table("review_invitation") as table:
        table.drop_constraint(op.f("uq_review_invitation_uuid"), type_="unique")
        table.drop_column("needs_sealed")
        table.drop_column("uuid")
    op.drop_index(op.f("ix_review_action_organisation_id"), "review_action")
    with op.batch_alter_table("review_action") as table:
        table.drop_constraint(op.f("fk_review_action_organisation_id"), type_="foreignkey")
        table.drop_column("organisation_id")
    op.execute(sa.text("DELETE FROM access WHERE kind = 'invited'"))
    _hold_kinds(tuple(kind for kind in KINDS if kind != "invited"))
    op.drop_index("ix_message_subject", "message")
    op.execute(sa.text("DELETE FROM message WHERE subject_kind <> ''"))
    with op.batch_alter_table("message") as table:
        table.drop_constraint(op.f("ck_message_one_subject"), type_="check")
        table.drop_column("subject_id")
        table.drop_column("subject_kind")
