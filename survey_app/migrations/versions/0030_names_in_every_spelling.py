"""Every name that an organisation had, folded for comparison; longer official classes of places"""

import sqlalchemy as sa
from alembic import op

from sampling.texts import folded

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# Names as frames, lists and hands gave them, the oldest first; the organisation's own was its first.
NAMES = (
    "SELECT id AS organisation_id, name FROM organisation",
    "SELECT organisation_id, name FROM frame_entry ORDER BY frame_id, id",
    'SELECT "case".organisation_id, added_case.name FROM added_case JOIN "case" ON "case".id = added_case.case_id',
)
# What the newest frame calls an organisation is what it is called.
NEWEST = """UPDATE organisation SET name = (SELECT entry.name FROM frame_entry AS entry
    WHERE entry.organisation_id = organisation.id ORDER BY entry.frame_id DESC LIMIT 1)
    WHERE EXISTS (SELECT 1 FROM frame_entry WHERE frame_entry.organisation_id = organisation.id)"""


def upgrade() -> None:
    op.create_table(
        "organisation_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_name_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_name")),
        sa.UniqueConstraint(
            "organisation_id", "name", name=op.f("uq_organisation_name_organisation_id_name")
        ),
    )
    _fill()
    op.execute(NEWEST)
    with op.batch_alter_table("frame_entry") as batch:
        batch.alter_column("rural_urban", existing_type=sa.String(length=40), type_=sa.String(length=120))


def _fill() -> None:
    table = sa.table(
        "organisation_name", *(sa.column(name) for name in ("organisation_id", "name", "folded"))
    )
    named: dict[tuple[int, str], None] = {}
    for query in NAMES:
        named |= dict.fromkeys((owner, name) for owner, name in op.get_bind().execute(sa.text(query)) if name)
    rows = [{"organisation_id": owner, "name": name, "folded": folded(name)} for owner, name in named]
    if rows:
        op.bulk_insert(table, rows)


def downgrade() -> None:
    op.drop_table("organisation_name")
    with op.batch_alter_table("frame_entry") as batch:
        batch.alter_column("rural_urban", existing_type=sa.String(length=120), type_=sa.String(length=40))
