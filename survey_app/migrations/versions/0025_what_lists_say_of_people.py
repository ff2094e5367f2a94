"""What lists say beyond what frames are made of is sealed, and so are the rows that were set aside"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from survey_app.migrations.keys import keys_for

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BATCH = 2_000
FRAME_COLUMNS = {
    "source_id",
    "name",
    "region",
    "body_type",
    "status",
    "register_status",
    "income_band",
    "classification",
    "local_authority",
    "rural_urban",
    "bme_led",
}
PURPOSE = "seal what lists say of people"


def upgrade() -> None:
    with op.batch_alter_table("source_record") as batch:
        batch.add_column(sa.Column("others_sealed", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("quarantined_row") as batch:
        batch.add_column(sa.Column("row_sealed", sa.LargeBinary(), nullable=True))
    _seal("source_record", _record)
    _seal("quarantined_row", _quarantined)
    with op.batch_alter_table("quarantined_row") as batch:
        batch.drop_column("fields")


def _seal(name: str, values_of: Any) -> None:
    """Row by row, some thousands at a time."""
    connection = op.get_bind()
    made = sa.MetaData()
    rows = sa.Table(name, made, autoload_with=connection)
    after = -1
    while True:
        query = sa.select(rows).where(rows.c.id > after).order_by(rows.c.id).limit(BATCH)
        batch = connection.execute(query).mappings().all()
        if not batch:
            return
        for row in batch:
            after = row["id"]
            changed = values_of(row)
            if changed:
                connection.execute(sa.update(rows).where(rows.c.id == row["id"]).values(**changed))


def _record(row: Any) -> dict[str, Any]:
    known = {name: value for name, value in row["fields"].items() if name in FRAME_COLUMNS}
    others = {name: value for name, value in row["fields"].items() if name not in known and value}
    if not others:
        return {"fields": known} if known != row["fields"] else {}
    keys = keys_for(PURPOSE, setting="DATA_KEY")
    context = f"source record {row['source_list_id']} {row['row_number']}"
    return {"fields": known, "others_sealed": keys.encrypt(json.dumps(others), context)}


def _quarantined(row: Any) -> dict[str, Any]:
    if not row["fields"]:
        return {}
    keys = keys_for(PURPOSE, setting="DATA_KEY")
    context = f"quarantined row {row['source_list_id']} {row['row_number']}"
    given = json.dumps({"faults": row["faults"], "fields": row["fields"]})
    return {
        "faults": [_place(fault) for fault in row["faults"]],
        "row_sealed": keys.encrypt(given, context),
    }


def _place(fault: str) -> str:
    """`row 3, region 'Wessex': is not one of ...` without what stood there."""
    where, colon, message = fault.rpartition(": ")
    row, comma, column = where.partition(", ")
    return f"{row}{comma}{column.split(' ')[0]}{colon}{message}"


def downgrade() -> None:
    with op.batch_alter_table("quarantined_row") as batch:
        batch.add_column(sa.Column("fields", sa.JSON(), nullable=False, server_default="{}"))
        batch.drop_column("row_sealed")
    with op.batch_alter_table("source_record") as batch:
        batch.drop_column("others_sealed")
