"""Coordinators keep the register of agreements, reviewers see it"""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

HELD = (("coordinator", "see_register"), ("coordinator", "keep_register"), ("reviewer", "see_register"))
GIVEN = """INSERT INTO "grant"
    (person_id, programme_id, permission, role, strand, granted_at, granted_by, given_alone_by_id)
    SELECT person_id, programme_id, '{permission}', role, strand, granted_at, granted_by, given_alone_by_id
    FROM "grant" WHERE role = '{role}' AND permission = 'see_results'"""


def upgrade() -> None:
    for role, permission in HELD:
        op.execute(GIVEN.format(role=role, permission=permission))


def downgrade() -> None:
    op.execute("""DELETE FROM "grant" WHERE permission IN ('see_register', 'keep_register')""")
