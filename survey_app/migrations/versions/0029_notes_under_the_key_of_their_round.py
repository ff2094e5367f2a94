"""What staff wrote about people is sealed under the key of its round"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from survey_app.crypto import Keyring, new_key, seal
from survey_app.migrations.keys import keys_for

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# Table, key, column that was clear, what the note is sealed with; see services/cases/notes.
NOTES = (
    ("case_event", "id", "note", "note of case {case_id}"),
    ("added_case", "case_id", "note", "note of added case {case_id}"),
    ("added_case", "case_id", "referrer_note", "who named case {case_id}"),
)


def upgrade() -> None:
    opened: dict[int, bytes | None] = {}
    for name, key, column, place in NOTES:
        # Not in a batch: SQLite would number the rows of `case_event` by their order.
        op.add_column(name, sa.Column(f"{column}_sealed", sa.LargeBinary(), nullable=True))
        _seal(name, key, column, place, opened)
        op.drop_column(name, column)


def _seal(name: str, key: str, column: str, place: str, opened: dict[int, bytes | None]) -> None:
    connection = op.get_bind()
    made = sa.MetaData()
    rows = sa.Table(name, made, autoload_with=connection)
    cases = sa.Table("case", made, autoload_with=connection)
    query = (
        sa.select(rows.c[key].label("key"), rows.c.case_id, rows.c[column].label("note"), cases.c.round_id)
        .join(cases, cases.c.id == rows.c.case_id)
        .where(rows.c[column] != "")
    )
    for row in connection.execute(query).mappings().all():
        if row["round_id"] not in opened:
            opened[row["round_id"]] = _key(connection, made, row["round_id"])
        round_key = opened[row["round_id"]]
        if round_key is not None:
            sealed = seal(round_key, row["note"].encode(), place.format(case_id=row["case_id"]))
            values = {f"{column}_sealed": sealed}
            connection.execute(sa.update(rows).where(rows.c[key] == row["key"]).values(**values))


def _key(connection: sa.Connection, made: sa.MetaData, round_id: int) -> bytes | None:
    """The key of a round, made where there is none; none where it was destroyed: its notes go with it."""
    keys: Keyring = keys_for("seal the notes of staff", setting="DATA_KEY")
    table = sa.Table("material_key", made, autoload_with=connection)
    of_round: Any = (table.c.subject_kind == "round") & (table.c.subject_id == round_id)
    row = connection.execute(sa.select(table).where(of_round)).mappings().one_or_none()
    if row is not None:
        return keys.unwrap(row["wrapped"], row["context"]) if row["wrapped"] is not None else None
    key, context = new_key(), f"round {round_id}"
    connection.execute(
        sa.insert(table).values(
            subject_kind="round",
            subject_id=round_id,
            context=context,
            wrapped=keys.wrap(key, context),
            destroyed_by="",
        )
    )
    return key


def downgrade() -> None:
    for name, _, column, _ in NOTES:
        op.add_column(name, sa.Column(column, sa.Text(), nullable=False, server_default=""))
        op.drop_column(name, f"{column}_sealed")
