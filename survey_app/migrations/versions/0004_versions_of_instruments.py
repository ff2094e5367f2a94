"""Versions of instruments: drafts, sign-off, translations, and what a round's questionnaire is composed of"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
import yaml
from alembic import op

from survey_app.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATE = sa.Enum(
    "draft", "in_test", "agreed", "published", "retired", name="versionstate", native_enum=False, length=40
)
SECTOR = sa.Enum("public_body", "vco", name="sector", native_enum=False, length=40)
VERDICT = sa.Enum("comment", "agrees", "objects", name="verdict", native_enum=False, length=40)
ROLE = sa.Enum(
    "core",
    "module",
    "local_module",
    "interview_schedule",
    "topic_guide",
    "protocol",
    "register",
    "desk_research",
    name="role",
    native_enum=False,
    length=40,
)


def upgrade() -> None:
    _new_tables()
    _new_columns()
    _fill(op.get_bind())
    with op.batch_alter_table("instrument") as table:
        table.drop_column("audience")
    # SQLite makes such a table anew, so what it checks is named last.
    with op.batch_alter_table("instrument_version") as table:
        table.alter_column("published_at", existing_type=UtcDateTime(timezone=True), nullable=True)
        table.alter_column("published_by", existing_type=sa.String(length=200), nullable=True)
        table.create_check_constraint(
            op.f("ck_instrument_version_published_on_a_day"),
            "state <> 'published' OR published_at IS NOT NULL",
        )


def _new_tables() -> None:
    op.create_table(
        "instrument_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["instrument_version.id"], name=op.f("fk_instrument_text_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_text")),
        sa.UniqueConstraint("version_id", "number", name=op.f("uq_instrument_text_version_id_number")),
    )
    op.create_table(
        "instrument_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("before", STATE, nullable=True),
        sa.Column("after", STATE, nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["instrument_version.id"], name=op.f("fk_instrument_move_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_move")),
    )
    op.create_index(op.f("ix_instrument_move_version_id"), "instrument_move", ["version_id"])
    op.create_table(
        "instrument_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("text_number", sa.Integer(), nullable=False),
        sa.Column("verdict", VERDICT, nullable=False),
        sa.Column("sector", SECTOR, nullable=True),
        sa.Column("words", sa.String(length=4000), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'comment') = (sector IS NULL)", name=op.f("ck_instrument_remark_signed_for_a_sector")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_instrument_remark_person_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["instrument_version.id"], name=op.f("fk_instrument_remark_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_remark")),
    )
    op.create_index(op.f("ix_instrument_remark_version_id"), "instrument_remark", ["version_id"])
    op.create_table(
        "instrument_translation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["instrument_version.id"], name=op.f("fk_instrument_translation_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_translation")),
        sa.UniqueConstraint(
            "version_id", "language", name=op.f("uq_instrument_translation_version_id_language")
        ),
    )
    op.create_table(
        "instrument_part",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["part_id"], ["instrument_version.id"], name=op.f("fk_instrument_part_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["instrument_version.id"], name=op.f("fk_instrument_part_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "position", name=op.f("pk_instrument_part")),
    )
    op.create_table(
        "round_module",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("instrument_version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instrument_version_id"],
            ["instrument_version.id"],
            name=op.f("fk_round_module_instrument_version_id"),
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_module_round_id")),
        sa.PrimaryKeyConstraint("round_id", "position", name=op.f("pk_round_module")),
        sa.UniqueConstraint(
            "round_id", "instrument_version_id", name=op.f("uq_round_module_round_id_instrument_version_id")
        ),
    )


def _new_columns() -> None:
    """With defaults that hold for what was kept before: published versions, whole questionnaires."""
    with op.batch_alter_table("instrument") as table:
        table.add_column(sa.Column("role", ROLE, nullable=False, server_default="core"))
        table.add_column(sa.Column("round_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_instrument_round_id"), "round", ["round_id"], ["id"])
    with op.batch_alter_table("instrument_version") as table:
        table.add_column(sa.Column("audiences", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("questions", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("minutes", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("state", STATE, nullable=False, server_default="published"))
        table.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("text_number", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(
            sa.Column(
                "created_at",
                UtcDateTime(timezone=True),
                nullable=False,
                server_default="2000-01-01 00:00:00",
            )
        )
        table.add_column(sa.Column("created_by", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("round_instrument") as table:
        table.add_column(sa.Column("left_out", sa.JSON(), nullable=False, server_default="[]"))


_VERSION = sa.table(
    "instrument_version",
    sa.column("id", sa.Integer()),
    sa.column("instrument_id", sa.Integer()),
    sa.column("document", sa.Text()),
    sa.column("sha256", sa.String()),
    sa.column("published_at", UtcDateTime()),
    sa.column("published_by", sa.String()),
    sa.column("created_at", UtcDateTime()),
    sa.column("created_by", sa.String()),
    sa.column("audiences", sa.JSON()),
    sa.column("questions", sa.Integer()),
    sa.column("minutes", sa.Integer()),
)
_INSTRUMENT = sa.table("instrument", sa.column("id", sa.Integer()), sa.column("audience", sa.String()))
_TEXT = sa.table(
    "instrument_text",
    sa.column("version_id", sa.Integer()),
    sa.column("number", sa.Integer()),
    sa.column("file_name", sa.String()),
    sa.column("document", sa.Text()),
    sa.column("sha256", sa.String()),
    sa.column("findings", sa.JSON()),
    sa.column("note", sa.String()),
    sa.column("uploaded_at", UtcDateTime()),
    sa.column("uploaded_by", sa.String()),
)
_MOVE = sa.table(
    "instrument_move",
    sa.column("version_id", sa.Integer()),
    sa.column("after", sa.String()),
    sa.column("note", sa.String()),
    sa.column("at", UtcDateTime()),
    sa.column("actor", sa.String()),
)


def _fill(connection: sa.Connection) -> None:
    """Every version that there was, with its text and its publication as the first lines of its history."""
    for row, audience in _published(connection):
        by, at = row["published_by"], row["published_at"]
        questions, minutes = _counted(row["document"])
        connection.execute(
            sa.update(_VERSION)
            .where(_VERSION.c.id == row["id"])
            .values(audiences=[audience], questions=questions, minutes=minutes, created_at=at, created_by=by)
        )
        text = {"version_id": row["id"], "number": 1, "file_name": "", "findings": {}, "note": ""}
        text |= {"document": row["document"], "sha256": row["sha256"], "uploaded_at": at, "uploaded_by": by}
        connection.execute(sa.insert(_TEXT).values(**text))
        move = {"version_id": row["id"], "after": "published", "note": "", "at": at, "actor": by}
        connection.execute(sa.insert(_MOVE).values(**move))


def _published(connection: sa.Connection) -> Iterator[tuple[Any, str]]:
    found = connection.execute(
        sa.select(_VERSION, _INSTRUMENT.c.audience).join(
            _INSTRUMENT, _INSTRUMENT.c.id == _VERSION.c.instrument_id
        )
    )
    for row in found.mappings().all():
        yield row, row["audience"]


def _counted(document: str) -> tuple[int, int]:
    """Questions and minutes of a document, which had no repeats before."""
    written = yaml.safe_load(document)
    sections = written.get("sections", [])
    return sum(len(section["questions"]) for section in sections), int(written.get("estimated_minutes", 0))
