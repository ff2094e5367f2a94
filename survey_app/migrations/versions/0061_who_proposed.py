"""Which seat proposed a change of the register: who sends anew replaces what they said, and nobody else's"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

# Where one seat of a case has an open form, that seat said it; where several have, nobody can tell.
FILL = """
UPDATE register_proposal SET seat_id = (
    SELECT MIN(response.seat_id) FROM response
    WHERE response.case_id = register_proposal.case_id AND response.kind = 'open'
)
WHERE (
    SELECT COUNT(DISTINCT response.seat_id) FROM response
    WHERE response.case_id = register_proposal.case_id AND response.kind = 'open'
) = 1
"""


def upgrade() -> None:
    with op.batch_alter_table("register_proposal") as batch:
        batch.add_column(sa.Column("seat_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_register_proposal_seat_id"), "seat", ["seat_id"], ["id"])
    op.execute(FILL)


def downgrade() -> None:
    with op.batch_alter_table("register_proposal") as batch:
        batch.drop_constraint(op.f("fk_register_proposal_seat_id"), type_="foreignkey")
        batch.drop_column("seat_id")
