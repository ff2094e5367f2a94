"""One history and one row of openings for each response, as long for one as for many"""

import hashlib
import hmac
import json
import os
import secrets
import zlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from survey_app.crypto import Keyring, padded, seal, unseal
from survey_app.migrations.keys import keys_for

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# Bytes: of what was changed, of when, of openings; and how many openings are kept.
CHANGES, STEPS, OPENINGS, KEPT = 8192, 2048, 2048, 40
# What sealing adds to its content.
SEALING = 28
RESPONSE = sa.table(
    "response", *(sa.column(name) for name in ("id", "round_id", "seat_pseudonym", "revision"))
)
BEFORE = sa.table(
    "response_change_before",
    *(sa.column(name) for name in ("id", "response_id", "revision", "moment", "changes")),
)
CHANGE = sa.table(
    "response_change", *(sa.column(name) for name in ("id", "response_id", "moment", "changes"))
)
OPENING = sa.table(
    "response_opening", *(sa.column(name) for name in ("id", "round_id", "seat_pseudonym", "sealed"))
)


def upgrade() -> None:
    connection = op.get_bind()
    op.execute("CREATE TABLE response_change_before AS SELECT * FROM response_change")
    op.drop_table("response_change")
    op.create_table(
        "response_change",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("response_id", sa.String(length=36), nullable=False),
        sa.Column("moment", sa.LargeBinary(), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_change_response_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_change")),
        sa.UniqueConstraint("response_id", name=op.f("uq_response_change_response_id")),
    )
    _gather(connection)
    op.drop_table("response_change_before")


def _gather(connection: sa.Connection) -> None:
    """Histories and openings in one row each, in random order; revisions by chance.

    Raises:
        MissingKeyError: there are answers, and no keys.
    """
    there = (sa.select(sa.func.count()).select_from(one) for one in (RESPONSE, OPENING))
    if not any(connection.scalar(count) for count in there):
        return
    keys = keys_for("gather the histories of the answers in this database", setting="LINK_KEY")
    known = _round_keys(connection, keys)
    responses = list(connection.execute(sa.select(RESPONSE.c.id, RESPONSE.c.round_id)))
    for identity, round_id in secrets.SystemRandom().sample(responses, len(responses)):
        _gather_history(connection, identity, keys, known.get(round_id))
        fresh = 1 + secrets.randbelow(2**31 - 1)
        connection.execute(
            sa.update(RESPONSE)
            .where(RESPONSE.c.id == identity, RESPONSE.c.revision > 0)
            .values(revision=fresh)
        )
    _gather_openings(connection, keys, known)


def _round_keys(connection: sa.Connection, keys: Keyring) -> dict[int, bytes]:
    """The key of each round, where it was not destroyed."""
    rows = connection.execute(
        sa.text("SELECT subject_id, context, wrapped FROM material_key WHERE subject_kind = 'round'")
    )
    return {
        round_id: keys.unwrap(wrapped, context) for round_id, context, wrapped in rows if wrapped is not None
    }


def _gather_history(connection: sa.Connection, identity: str, keys: Keyring, key: bytes | None) -> None:
    query = sa.select(BEFORE).where(BEFORE.c.response_id == identity).order_by(BEFORE.c.revision)
    rows = connection.execute(query).all()
    if not rows:
        return
    values = {"moment": os.urandom(STEPS + SEALING), "changes": os.urandom(CHANGES + SEALING)}
    # Where the round's key was destroyed nobody reads a history; its length would still tell the route.
    if key is not None:
        both = keys.moments_key(key)
        steps = [json.loads(unseal(both, row.moment, f"moment {identity} {row.revision}")) for row in rows]
        changes = [json.loads(unseal(key, row.changes, f"change {identity} {row.revision}")) for row in rows]
        values = {
            "moment": seal(both, _packed(steps, STEPS), f"steps {identity}"),
            "changes": seal(key, _packed(changes, CHANGES), f"changes {identity}"),
        }
    row = {"id": secrets.randbits(62), "response_id": identity, **values}
    connection.execute(sa.insert(CHANGE).values(row))


def _packed(rows: Sequence[Any], block: int) -> bytes:
    return padded(zlib.compress(json.dumps(rows).encode()), block)


def _gather_openings(connection: sa.Connection, keys: Keyring, known: dict[int, bytes]) -> None:
    """One row for each seat that was opened or has answers; those of first uses of codes stay as they are."""
    opened: dict[tuple[int, str], list[str]] = {
        (row.round_id, row.seat_pseudonym): []
        for row in connection.execute(sa.select(RESPONSE).where(RESPONSE.c.seat_pseudonym.is_not(None)))
    }
    for row in connection.execute(sa.select(OPENING)).all():
        key = known.get(row.round_id)
        # An identity with hyphens is of an opening; that of a first use is a hash.
        if "-" not in row.id:
            continue
        moments = opened.setdefault((row.round_id, row.seat_pseudonym), [])
        if key is not None:
            moments.append(unseal(keys.moments_key(key), row.sealed, f"opening {row.id}").decode())
        connection.execute(sa.delete(OPENING).where(OPENING.c.id == row.id))
    rows = [_opening(*each, moments, keys, known) for each, moments in opened.items()]
    secrets.SystemRandom().shuffle(rows)
    for values in rows:
        connection.execute(sa.insert(OPENING).values(values))


def _opening(
    round_id: int, pseudonym: str, moments: list[str], keys: Keyring, known: dict[int, bytes]
) -> dict[str, Any]:
    # A key that nobody has, where that of the round was destroyed.
    key = keys.moments_key(known[round_id]) if round_id in known else os.urandom(32)
    identity = hmac.new(key, f"openings|{pseudonym}".encode(), hashlib.sha256).hexdigest()[:36]
    content = padded(json.dumps(sorted(moments)[-KEPT:]).encode(), OPENINGS)
    sealed = seal(key, content, f"openings {identity}")
    return {"id": identity, "round_id": round_id, "seat_pseudonym": pseudonym, "sealed": sealed}
