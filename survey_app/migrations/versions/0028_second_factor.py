"""A second factor for everybody who signs in, set up at their next sign-in; sessions of before end"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_second_factor_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_recovery_code_person_id", "recovery_code", ["person_id"])
    # Whoever is signed in with a password alone signs in again, and sets the second factor up.
    op.drop_table("staff_session")
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("half", sa.Boolean(), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_session_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("key", name=op.f("uq_staff_session_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_staff_session_person_id", "staff_session", ["person_id"])
    op.create_index("ix_staff_session_ends_at", "staff_session", ["ends_at"])


def downgrade() -> None:
    with op.batch_alter_table("staff_session") as batch:
        batch.drop_column("half")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
