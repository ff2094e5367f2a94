"""Which accounts and roles one administrator made alone"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# What two administrators agreed to was given at the moment of the agreement.
GIVEN = """UPDATE "grant" SET given_alone_by_id = (
        SELECT giver.id FROM person AS giver
        WHERE giver.email = "grant".granted_by AND giver.id <> "grant".person_id)
    WHERE NOT EXISTS (
        SELECT 1 FROM approval
        WHERE approval.act = 'give_roles' AND approval.decision = 'agreed'
            AND approval.subject_id = "grant".person_id AND approval.decided_at = "grant".granted_at)"""
# Whoever added somebody gave them their first role at that moment.
MADE = """UPDATE person SET made_alone_by_id = (
        SELECT min(given_alone_by_id) FROM "grant"
        WHERE "grant".person_id = person.id AND "grant".granted_at = person.created_at)"""


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("made_alone_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_person_made_alone_by_id_person"), "person", ["made_alone_by_id"], ["id"]
        )
    with op.batch_alter_table("grant") as batch:
        batch.add_column(sa.Column("given_alone_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_grant_given_alone_by_id_person"), "person", ["given_alone_by_id"], ["id"]
        )
    op.execute(GIVEN)
    op.execute(MADE)


def downgrade() -> None:
    with op.batch_alter_table("grant") as batch:
        batch.drop_constraint(op.f("fk_grant_given_alone_by_id_person"), type_="foreignkey")
        batch.drop_column("given_alone_by_id")
    with op.batch_alter_table("person") as batch:
        batch.drop_constraint(op.f("fk_person_made_alone_by_id_person"), type_="foreignkey")
        batch.drop_column("made_alone_by_id")
