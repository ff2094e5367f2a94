"""Forms that staff fill in: editions whose answers are open responses of no round, steps, sources"""

import sqlalchemy as sa
from alembic import op

from survey_app.database import UtcDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

STATES = ("draft", "submitted", "sent_back", "reviewed", "set_aside")
SEAT_KINDS = ("lead", "second", "colleague", "staff_member", "member", "person_in_charge")
BEFORE = (
    "(kind = 'confidential') = (seat_pseudonym IS NOT NULL)"
    " AND (kind = 'open') = (case_id IS NOT NULL) AND (kind = 'open') = (seat_id IS NOT NULL)"
)
AFTER = (
    "(kind = 'confidential') = (seat_pseudonym IS NOT NULL)"
    " AND (kind = 'open') = (case_id IS NOT NULL OR edition_id IS NOT NULL)"
    " AND (case_id IS NULL) = (seat_id IS NULL) AND (edition_id IS NULL OR case_id IS NULL)"
    " AND (edition_id IS NULL) = (round_id IS NOT NULL)"
)
KEPT = (
    "id, round_id, kind, seat_pseudonym, case_id, seat_id, seat_label, instrument_version_id, revision, sent,"
    " moments, document"
)
RULE = "ck_response_confidential_or_open"
HELD = (
    ("coordinator", "see_forms"),
    ("coordinator", "fill_forms"),
    ("coordinator", "review_forms"),
    ("interviewer", "see_forms"),
    ("interviewer", "fill_forms"),
)
GIVEN = """INSERT INTO "grant"
    (person_id, programme_id, permission, role, strand, granted_at, granted_by, given_alone_by_id)
    SELECT person_id, programme_id, '{permission}', role, strand, granted_at, granted_by, given_alone_by_id
    FROM "grant" WHERE role = '{role}' AND permission = 'see_cases'"""
# One subject of a form.
SUBJECT = (
    "(subject_kind = 'organisation') = (organisation_id IS NOT NULL)"
    " AND (subject_kind = 'agreement') = (agreement_id IS NOT NULL)"
    " AND (subject_kind = 'area') = (area_id IS NOT NULL)"
    " AND (subject_kind = 'round') = (round_id IS NOT NULL)"
    " AND subject_kind IN ('organisation', 'agreement', 'area', 'round')"
)
UNFINISHED = sa.text("state NOT IN ('reviewed', 'set_aside')")


def upgrade() -> None:
    _forms()
    _editions()
    _steps()
    _sources()
    if op.get_bind().dialect.name == "sqlite":
        _responses(AFTER, edition=True)
    else:
        _responses_in_place()
    for role, permission in HELD:
        op.execute(GIVEN.format(role=role, permission=permission))


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _points(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _state(table: str, column: str) -> sa.Column[str]:
    values = sa.Enum(
        *STATES, name=op.f(f"ck_{table}_{column}"), native_enum=False, create_constraint=True, length=40
    )
    return sa.Column(column, values, nullable=False)


def _forms() -> None:
    others = ("organisation", "agreement", "area", "round")
    op.create_table(
        "staff_form",
        _id("id"),
        _id("programme_id"),
        _id("instrument_id"),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        *(_id(f"{one}_id", nullable=True) for one in others),
        sa.Column("subject_ref", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(SUBJECT, name=op.f("ck_staff_form_one_subject")),
        *(_points("staff_form", f"{one}_id", one) for one in ("programme", "instrument", *others)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_form")),
        sa.UniqueConstraint(
            "programme_id",
            "instrument_id",
            "subject_ref",
            "occasion",
            name=op.f("uq_staff_form_programme_id_instrument_id_subject_ref_occasion"),
        ),
    )
    for one in ("instrument", *others):
        op.create_index(op.f(f"ix_staff_form_{one}_id"), "staff_form", [f"{one}_id"])


def _editions() -> None:
    op.create_table(
        "form_edition",
        _id("id"),
        _id("form_id"),
        _id("number"),
        _id("instrument_version_id"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        _state("form_edition", "state"),
        _id("submitted_by_id", nullable=True),
        sa.Column("submitted_at", UtcDateTime(timezone=True), nullable=True),
        _id("reviewed_by_id", nullable=True),
        sa.Column("reviewed_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reviewed_by_id IS NULL OR submitted_by_id IS NOT NULL AND reviewed_by_id <> submitted_by_id",
            name=op.f("ck_form_edition_second_person"),
        ),
        sa.CheckConstraint(
            "(state = 'reviewed') = (reviewed_by_id IS NOT NULL)",
            name=op.f("ck_form_edition_reviewed_by_somebody"),
        ),
        _points("form_edition", "form_id", "staff_form"),
        _points("form_edition", "instrument_version_id", "instrument_version"),
        _points("form_edition", "submitted_by_id", "person"),
        _points("form_edition", "reviewed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_edition")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_form_edition_form_id_number")),
    )
    op.create_index(
        "uq_form_edition_unfinished",
        "form_edition",
        ["form_id"],
        unique=True,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )


def _steps() -> None:
    op.create_table(
        "form_step",
        _id("id"),
        _id("edition_id"),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        _id("person_id"),
        sa.Column("name", sa.String(length=120), nullable=False),
        _state("form_step", "after"),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        _points("form_step", "edition_id", "form_edition"),
        _points("form_step", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_step")),
    )
    op.create_index(op.f("ix_form_step_edition_id"), "form_step", ["edition_id"])


def _sources() -> None:
    op.create_table(
        "form_source",
        _id("id"),
        _id("form_id"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("has_file", sa.Boolean(), nullable=False),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("removed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(length=120), nullable=True),
        _points("form_source", "form_id", "staff_form"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_source")),
    )
    op.create_index(op.f("ix_form_source_form_id"), "form_source", ["form_id"])


def _responses_in_place() -> None:
    op.alter_column("response", "round_id", nullable=True)
    op.add_column("response", _id("edition_id", nullable=True))
    op.create_foreign_key(op.f("fk_response_edition_id"), "response", "form_edition", ["edition_id"], ["id"])
    op.create_unique_constraint(op.f("uq_response_edition_id"), "response", ["edition_id"])
    op.drop_constraint(op.f(RULE), "response", type_="check")
    op.create_check_constraint(op.f(RULE), "response", AFTER)


def _responses(rule: str, *, edition: bool) -> None:
    """Write the table anew, in the order of its random keys; SQLite changes no constraint in place."""
    op.execute("CREATE TABLE response_before AS SELECT * FROM response ORDER BY id")
    op.drop_table("response")
    added = [_id("edition_id", nullable=True)] if edition else []
    bound = [
        _points("response", "edition_id", "form_edition"),
        sa.UniqueConstraint("edition_id", name=op.f("uq_response_edition_id")),
    ]
    op.create_table(
        "response",
        sa.Column("id", sa.String(length=36), nullable=False),
        _id("round_id", nullable=edition),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("seat_pseudonym", sa.String(length=32), nullable=True),
        _id("case_id", nullable=True),
        _id("seat_id", nullable=True),
        *added,
        sa.Column("seat_label", sa.String(length=40), nullable=False),
        _id("instrument_version_id"),
        _id("revision"),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("moments", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('confidential', 'open')", name=op.f("ck_response_kind")),
        sa.CheckConstraint(f"seat_label IN {SEAT_KINDS}", name=op.f("ck_response_seat_label")),
        sa.CheckConstraint(rule, name=op.f(RULE)),
        _points("response", "round_id", "round"),
        _points("response", "case_id", "case"),
        _points("response", "seat_id", "seat"),
        _points("response", "instrument_version_id", "instrument_version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("seat_pseudonym", name=op.f("uq_response_seat_pseudonym")),
        sa.UniqueConstraint("seat_id", name=op.f("uq_response_seat_id")),
        *(bound if edition else []),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_response_round_id"), "response", ["round_id"])
    op.execute(f"INSERT INTO response ({KEPT}) SELECT {KEPT} FROM response_before ORDER BY id")  # noqa: S608
    op.drop_table("response_before")


def downgrade() -> None:
    op.execute("""DELETE FROM "grant" WHERE permission IN ('see_forms', 'fill_forms', 'review_forms')""")
    forms = "(SELECT id FROM response WHERE edition_id IS NOT NULL)"
    op.execute(f"DELETE FROM response_signature WHERE response_id IN {forms}")  # noqa: S608
    op.execute(f"DELETE FROM response_change WHERE response_id IN {forms}")  # noqa: S608
    op.execute("DELETE FROM response WHERE edition_id IS NOT NULL")
    if op.get_bind().dialect.name == "sqlite":
        _responses(BEFORE, edition=False)
    else:
        op.drop_constraint(op.f(RULE), "response", type_="check")
        op.drop_column("response", "edition_id")
        op.alter_column("response", "round_id", nullable=False)
        op.create_check_constraint(op.f(RULE), "response", BEFORE)
    for name in ("form_source", "form_step", "form_edition", "staff_form"):
        op.drop_table(name)
