"""One vocabulary of strands for rounds, panels, plans and the ledger, checked by the database"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STRANDS = (
    "annual_survey",
    "annual_review",
    "focus_groups",
    "deep_review",
    "local_survey",
    "commissioned_study",
)
RENAMED = {"annual": "annual_survey", "local": "local_survey"}
REST = "commissioned_study"


def upgrade() -> None:
    with op.batch_alter_table("burden_entry") as batch:
        batch.alter_column("note", existing_type=sa.String(length=200), type_=sa.String(length=240))
    _keep_other_words(op.get_bind())
    for table in ("burden_entry", "round", "panel", "panel_plan"):
        _use_one_vocabulary(table)


def _keep_other_words(connection: sa.Connection) -> None:
    """Whatever somebody typed into the ledger as a strand stays readable in the entry's note."""
    entries = sa.table("burden_entry", sa.column("strand"), sa.column("note"))
    note = sa.case((entries.c.note == "", entries.c.strand), else_=entries.c.strand + ": " + entries.c.note)
    connection.execute(
        sa.update(entries).where(entries.c.strand.not_in((*STRANDS, *RENAMED))).values(note=note)
    )


def _use_one_vocabulary(table: str) -> None:
    column = sa.column("strand", sa.String())
    rows = sa.table(table, column)
    for old, new in RENAMED.items():
        op.execute(sa.update(rows).where(column == old).values(strand=new))
    op.execute(sa.update(rows).where(column.not_in(STRANDS)).values(strand=REST))
    names = ", ".join(f"'{strand}'" for strand in STRANDS)
    with op.batch_alter_table(table) as batch:
        batch.alter_column("strand", existing_type=sa.String(length=20), type_=sa.String(length=40))
        batch.create_check_constraint(op.f(f"ck_{table}_strand"), f"strand IN ({names})")
