"""Cases have a subject and seats, codes stand apart, answers are given in confidence or signed"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from survey_app.database import UtcDateTime
from survey_app.errors import MissingKeyError
from survey_app.migrations.keys import keys_for

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SEAT_KINDS = "'lead', 'second', 'colleague', 'staff_member', 'member', 'person_in_charge'"
CASE_CHECKS = {
    "ck_case_subject_kind": "subject_kind IN"
    " ('organisation', 'agreement', 'area', 'session', 'site', 'round', 'person')",
    "ck_case_one_subject": "(subject_kind = 'organisation') = (organisation_id IS NOT NULL)"
    " AND (subject_kind = 'agreement') = (agreement_id IS NOT NULL)"
    " AND (subject_kind IN ('area', 'session', 'site', 'person')) = (subject_key <> '')"
    " AND (unit = '' OR subject_kind = 'organisation')",
}
RESPONSE_CHECKS = {
    "ck_response_kind": "kind IN ('confidential', 'open')",
    "ck_response_seat_label": f"seat_label IN ({SEAT_KINDS})",
    "ck_response_confidential_or_open": "(kind = 'confidential') = (unit_pseudonym IS NOT NULL)"
    " AND (kind = 'confidential') = (seat_pseudonym IS NOT NULL)"
    " AND (kind = 'open') = (case_id IS NOT NULL) AND (kind = 'open') = (seat_id IS NOT NULL)",
}
# What a strand was called when pseudonyms were made of it, by what it is called now.
STRAND_OF_BEFORE = {"annual_survey": "annual"}


def upgrade() -> None:
    connection = op.get_bind()
    moved = list(_pseudonyms(connection))
    _seats()
    _access()
    _fill_seats(connection)
    _cases(connection)
    _messages(connection)
    _instruments()
    _responses(connection, moved)
    _agreements(connection)
    _events(connection)


def _pseudonyms(connection: sa.Connection) -> Iterator[dict[str, str]]:
    """The new pseudonyms of every response, by its id.

    Raises:
        MissingKeyError: there are responses and no keys, or another LINK_KEY than theirs.
    """
    responses = connection.execute(sa.text("SELECT id, round_id, unit_pseudonym FROM response")).all()
    if not responses:
        return
    key = keys_for("name the answers in this database anew", setting="LINK_KEY").link_key
    by_old = {pair: new for pair, new in _renamed(connection, key)}
    for row in responses:
        new = by_old.get((row.round_id, row.unit_pseudonym))
        if new is None:
            raise MissingKeyError(
                "Some answers in this database belong to no case under this LINK_KEY. Set LINK_KEY as it was "
                "when they were given, then run `compact database upgrade`."
            )
        yield {"key": row.id, "unit": new[0], "seat": new[1]}


def _renamed(connection: sa.Connection, key: str) -> Iterator[tuple[tuple[int, str], tuple[str, str]]]:
    cases = connection.execute(
        sa.text(
            'SELECT "case".uuid, round.id AS round_id, round.uuid AS round_uuid, round.strand,'
            " programme.uuid AS programme_uuid, organisation.uuid AS organisation_uuid"
            ' FROM "case" JOIN round ON round.id = "case".round_id'
            " JOIN programme ON programme.id = round.programme_id"
            ' JOIN organisation ON organisation.id = "case".organisation_id'
        )
    )
    now = {before: after for after, before in STRAND_OF_BEFORE.items()}
    for case in cases:
        strand = now.get(case.strand, case.strand)
        old = _keyed(key, f"unit|{STRAND_OF_BEFORE.get(strand, strand)}|{case.organisation_uuid}")
        unit = _keyed(key, f"unit|{case.programme_uuid}|{strand}|{case.organisation_uuid}|")
        # The lead's seat keeps the identity of its case.
        yield (case.round_id, old), (unit, _keyed(key, f"seat|{case.round_uuid}|{case.uuid}"))


def _keyed(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def _seats() -> None:
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("intended_tier", sa.String(length=40), nullable=False),
        sa.Column("actual_tier", sa.String(length=40), nullable=True),
        sa.Column("stands_in_for_seat_id", sa.Integer(), nullable=True),
        sa.Column("mode", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.CheckConstraint(f"kind IN ({SEAT_KINDS})", name=op.f("ck_seat_kind")),
        sa.CheckConstraint(
            "outcome IN ('not_started', 'started', 'complete', 'refused', 'withdrawn')",
            name=op.f("ck_seat_outcome"),
        ),
        sa.CheckConstraint(
            "mode IN ('web', 'telephone', 'post', 'face_to_face', 'group', 'documents', 'observation')",
            name=op.f("ck_seat_mode"),
        ),
        sa.CheckConstraint("stands_in_for_seat_id <> id", name=op.f("ck_seat_not_its_own_stand_in")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_seat_case_id")),
        sa.ForeignKeyConstraint(
            ["stands_in_for_seat_id"], ["seat.id"], name=op.f("fk_seat_stands_in_for_seat_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("uuid", name=op.f("uq_seat_uuid")),
    )
    lead = sa.text("kind = 'lead'")
    op.create_index("ix_seat_case_id", "seat", ["case_id"])
    op.create_index(
        "uq_seat_lead", "seat", ["case_id"], unique=True, sqlite_where=lead, postgresql_where=lead
    )


def _access() -> None:
    op.create_table(
        "access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("opens", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('seat', 'trial_reader', 'voter', 'consenting_person', 'key_party')",
            name=op.f("ck_access_kind"),
        ),
        sa.CheckConstraint(
            "(kind = 'seat') = (seat_id IS NOT NULL) AND (kind = 'seat') = (subject_id IS NULL)"
            " AND (kind = 'seat') = (subject_kind = '')",
            name=op.f("ck_access_one_holder"),
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_access_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_access_code_hash")),
        sa.UniqueConstraint("seat_id", name=op.f("uq_access_seat_id")),
        sa.UniqueConstraint(
            "kind", "subject_kind", "subject_id", name=op.f("uq_access_kind_subject_kind_subject_id")
        ),
    )


def _fill_seats(connection: sa.Connection) -> None:
    """A lead for every case, who keeps its identity and its code."""
    connection.execute(
        sa.text(
            "INSERT INTO seat (uuid, case_id, kind, label, intended_tier, outcome, created_on)"
            " SELECT uuid, id, 'lead', '', '', CASE outcome WHEN 'not_eligible' THEN 'withdrawn'"
            " WHEN 'non_contact' THEN 'not_started' ELSE outcome END, date(created_at)"
            ' FROM "case" ORDER BY id'
        )
    )
    connection.execute(
        sa.text(
            "INSERT INTO access (kind, seat_id, subject_kind, opens, code_hash, generation, created_on)"
            " SELECT 'seat', seat.id, '', 'answers', code_hash, code_generation, created_on"
            ' FROM "case" JOIN seat ON seat.case_id = "case".id ORDER BY seat.id'
        )
    )


def _cases(connection: sa.Connection) -> None:
    with op.batch_alter_table("case") as batch:
        for name, length, usual in (
            ("subject_kind", 40, "organisation"), ("unit", 120, ""), ("subject_key", 80, ""),
        ):  # fmt: skip
            batch.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=usual))
        batch.add_column(sa.Column("agreement_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("subject_ref", sa.String(length=400), nullable=True))
    connection.execute(sa.text("UPDATE \"case\" SET subject_ref = 'organisation:' || organisation_id || ':'"))
    with op.batch_alter_table("case") as batch:
        for name, length in (("subject_kind", 40), ("unit", 120), ("subject_key", 80)):
            batch.alter_column(name, existing_type=sa.String(length), server_default=None)
        batch.alter_column("subject_ref", existing_type=sa.String(length=400), nullable=False)
        batch.alter_column("organisation_id", existing_type=sa.Integer(), nullable=True)
        batch.drop_constraint(op.f("uq_case_round_id_organisation_id"), type_="unique")
        batch.drop_constraint(op.f("uq_case_code_hash"), type_="unique")
        batch.drop_column("code_hash")
        batch.drop_column("code_generation")
        batch.create_unique_constraint(op.f("uq_case_round_id_subject_ref"), ["round_id", "subject_ref"])
        batch.create_foreign_key(op.f("fk_case_agreement_id"), "agreement", ["agreement_id"], ["id"])
        batch.create_index(op.f("ix_case_agreement_id"), ["agreement_id"])
        for name, condition in CASE_CHECKS.items():
            batch.create_check_constraint(op.f(name), condition)


def _messages(connection: sa.Connection) -> None:
    with op.batch_alter_table("message") as batch:
        batch.add_column(sa.Column("seat_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("recipient_contact_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("event", sa.String(length=40), nullable=False, server_default=""))
        batch.add_column(sa.Column("template_version", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("channel", sa.String(length=20), nullable=False, server_default="email"))
        batch.add_column(sa.Column("language", sa.String(length=10), nullable=False, server_default="en"))
    connection.execute(
        sa.text(
            "UPDATE message SET event = template,"
            " seat_id = (SELECT seat.id FROM seat WHERE seat.case_id = message.case_id)"
        )
    )
    with op.batch_alter_table("message") as batch:
        for name, type_ in (
            ("event", sa.String(40)),
            ("channel", sa.String(20)),
            ("language", sa.String(10)),
        ):
            batch.alter_column(name, existing_type=type_, server_default=None)
        batch.alter_column("template_version", existing_type=sa.Integer(), server_default=None)
        batch.alter_column("case_id", existing_type=sa.Integer(), nullable=True)
        batch.drop_constraint(op.f("uq_message_case_id_template"), type_="unique")
        batch.create_unique_constraint(op.f("uq_message_seat_id_event"), ["seat_id", "event"])
        batch.create_foreign_key(op.f("fk_message_seat_id"), "seat", ["seat_id"], ["id"])
        batch.create_foreign_key(
            op.f("fk_message_recipient_contact_id"), "contact", ["recipient_contact_id"], ["id"]
        )
        batch.create_index(op.f("ix_message_case_id"), ["case_id"])


def _instruments() -> None:
    with op.batch_alter_table("round_instrument") as batch:
        batch.add_column(sa.Column("seat_kind", sa.String(length=40), nullable=False, server_default="lead"))
    with op.batch_alter_table("round_instrument") as batch:
        batch.alter_column("seat_kind", existing_type=sa.String(length=40), server_default=None)
        batch.drop_constraint(op.f("uq_round_instrument_round_id_audience"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_round_instrument_round_id_audience_seat_kind"), ["round_id", "audience", "seat_kind"]
        )
        batch.create_check_constraint(op.f("ck_round_instrument_seat_kind"), f"seat_kind IN ({SEAT_KINDS})")


def _responses(connection: sa.Connection, moved: list[dict[str, str]]) -> None:
    with op.batch_alter_table("response") as batch:
        batch.add_column(
            sa.Column("kind", sa.String(length=40), nullable=False, server_default="confidential")
        )
        batch.add_column(sa.Column("seat_pseudonym", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("case_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("seat_id", sa.Integer(), nullable=True))
        batch.alter_column(
            "seat", new_column_name="seat_label", existing_type=sa.String(20), type_=sa.String(40)
        )
        batch.drop_constraint(op.f("uq_response_round_id_unit_pseudonym_seat"), type_="unique")
    if moved:
        connection.execute(
            sa.text("UPDATE response SET unit_pseudonym = :unit, seat_pseudonym = :seat WHERE id = :key"),
            moved,
        )
    with op.batch_alter_table("response") as batch:
        batch.alter_column("kind", existing_type=sa.String(length=40), server_default=None)
        batch.alter_column("unit_pseudonym", existing_type=sa.String(length=32), nullable=True)
        batch.create_unique_constraint(op.f("uq_response_seat_pseudonym"), ["seat_pseudonym"])
        batch.create_unique_constraint(op.f("uq_response_seat_id"), ["seat_id"])
        batch.create_foreign_key(op.f("fk_response_case_id"), "case", ["case_id"], ["id"])
        batch.create_foreign_key(op.f("fk_response_seat_id"), "seat", ["seat_id"], ["id"])
        batch.create_index(op.f("ix_response_round_id"), ["round_id"])
        for name, condition in RESPONSE_CHECKS.items():
            batch.create_check_constraint(op.f(name), condition)
    _labels("response_change")
    op.create_table(
        "response_signature",
        sa.Column("response_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("signed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_signature_response_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_response_signature_person_id")),
        sa.PrimaryKeyConstraint("response_id", "person_id", name=op.f("pk_response_signature")),
    )


def _labels(table: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column("seat_label", sa.String(length=40), nullable=False, server_default="lead"))
    with op.batch_alter_table(table) as batch:
        batch.alter_column("seat_label", existing_type=sa.String(length=40), server_default=None)
        batch.create_check_constraint(op.f(f"ck_{table}_seat_label"), f"seat_label IN ({SEAT_KINDS})")


def _agreements(connection: sa.Connection) -> None:
    """The agreements of a case in the order in which they were entered, which the wording went by."""
    with op.batch_alter_table("case_agreement") as batch:
        batch.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    connection.execute(
        sa.text(
            "UPDATE case_agreement SET position = (SELECT count(*) FROM case_agreement AS other"
            " WHERE other.case_id = case_agreement.case_id"
            " AND other.agreement_id < case_agreement.agreement_id)"
        )
    )
    with op.batch_alter_table("case_agreement") as batch:
        batch.alter_column("position", existing_type=sa.Integer(), server_default=None)


def _events(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        # Made anew in the order of its random key: SQLite had numbered its rows as they were written.
        without_order: dict[str, Any] = {"sqlite_with_rowid": False}
        with op.batch_alter_table("case_event", recreate="always", table_kwargs=without_order):
            pass
