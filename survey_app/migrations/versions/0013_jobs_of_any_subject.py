"""A job belongs to a subject of any kind, once for each occurrence"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# By the kind of the work; every other kind was about a round.
SUBJECTS = {"report": "release", "release": "reserve_release"}


def upgrade() -> None:
    with op.batch_alter_table("job") as batch:
        batch.add_column(
            sa.Column("subject_kind", sa.String(length=40), nullable=False, server_default="round")
        )
        batch.add_column(sa.Column("occurrence", sa.Integer(), nullable=False, server_default="0"))
        batch.drop_constraint(op.f("uq_job_kind_subject_id"), type_="unique")
    rows = sa.table("job", sa.column("kind"), sa.column("subject_kind"))
    for kind, subject in SUBJECTS.items():
        op.execute(sa.update(rows).where(rows.c.kind == kind).values(subject_kind=subject))
    # To make the cases of a reserve's release is no release of results.
    op.execute(sa.update(rows).where(rows.c.kind == "release").values(kind="cases"))
    with op.batch_alter_table("job") as batch:
        batch.alter_column("subject_kind", existing_type=sa.String(length=40), server_default=None)
        batch.alter_column("occurrence", existing_type=sa.Integer(), server_default=None)
        batch.create_unique_constraint(
            op.f("uq_job_subject_kind_subject_id_kind_occurrence"),
            ["subject_kind", "subject_id", "kind", "occurrence"],
        )
