"""Links by which people choose their passwords, and counters that know whom they concern"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_link_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_password_link")),
        sa.UniqueConstraint("person_id", name=op.f("uq_password_link_person_id")),
        sqlite_with_rowid=False,
    )
    # Counters last a day and count for half an hour: those of before concern nobody any more.
    op.execute("DELETE FROM attempt")
    with op.batch_alter_table("attempt") as batch:
        batch.add_column(sa.Column("about", sa.String(length=64), nullable=False))
    op.create_index("ix_attempt_about", "attempt", ["about"])


def downgrade() -> None:
    op.drop_index("ix_attempt_about", table_name="attempt")
    with op.batch_alter_table("attempt") as batch:
        batch.drop_column("about")
    op.drop_table("password_link")
