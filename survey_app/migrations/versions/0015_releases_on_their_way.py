"""Releases with a state, a reason and several rounds; files of any owner; bundles sealed"""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from alembic import op

from survey_app.crypto import Keyring, new_key, seal
from survey_app.database import UtcDateTime
from survey_app.migrations.keys import keys_for

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KIND = sa.Enum("round_summary", "correction", name="releasekind", native_enum=False, length=40)
STATE = sa.Enum(
    "draft",
    "frozen",
    "checked",
    "approved",
    "published",
    "withdrawn",
    name="releasestate",
    native_enum=False,
    length=40,
)
MOMENT = UtcDateTime(timezone=True)
BUNDLE = "bundle_zip"


def upgrade() -> None:
    connection = op.get_bind()
    _widen_releases()
    _add_release_rounds()
    _fill_releases(connection)
    _hold_releases()
    _widen_files()
    _seal_bundles(connection)
    with op.batch_alter_table("stored_file") as table:
        table.create_check_constraint(
            op.f("ck_stored_file_single_answers_are_sealed"), "kind <> 'bundle_zip' OR sealed"
        )


def _widen_releases() -> None:
    with op.batch_alter_table("release") as table:
        for name, kind in (
            ("programme_id", sa.Integer()),
            ("kind", KIND),
            ("state", STATE),
            ("series", sa.String(length=60)),
            ("corrects_release_id", sa.Integer()),
            ("checked_at", MOMENT),
            ("checked_by", sa.String(length=200)),
            ("approved_at", MOMENT),
            ("approved_by", sa.String(length=200)),
            ("published_at", MOMENT),
        ):
            table.add_column(sa.Column(name, kind, nullable=True))
        table.add_column(sa.Column("reason", sa.String(length=2000), nullable=False, server_default=""))


def _add_release_rounds() -> None:
    op.create_table(
        "release_round",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_round_release_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_release_round_round_id")),
        sa.PrimaryKeyConstraint("release_id", "position", name=op.f("pk_release_round")),
        sa.UniqueConstraint("release_id", "round_id", name=op.f("uq_release_round_release_id_round_id")),
    )
    op.create_index("ix_release_round_round_id", "release_round", ["round_id"])


def _fill_releases(connection: sa.Connection) -> None:
    """What could be read stays so: every release there is counts as published when it was frozen."""
    op.execute(
        "INSERT INTO release_round (release_id, position, round_id) SELECT id, 1, round_id FROM release"
    )
    op.execute(
        "UPDATE release SET state = 'published', published_at = frozen_at, kind = 'round_summary',"
        " series = 'round ' || round_id,"
        " programme_id = (SELECT programme_id FROM round WHERE round.id = release.round_id)"
    )
    rows = connection.execute(sa.text("SELECT id, round_id FROM release ORDER BY round_id, number")).all()
    for (before, its_round), (release_id, round_id) in pairwise(rows):
        if its_round == round_id:
            connection.execute(
                sa.text(
                    "UPDATE release SET kind = 'correction', corrects_release_id = :before WHERE id = :id"
                ),
                {"before": before, "id": release_id},
            )


def _hold_releases() -> None:
    with op.batch_alter_table("release") as table:
        table.drop_constraint("uq_release_round_id_number", type_="unique")
        table.drop_constraint("fk_release_round_id", type_="foreignkey")
        table.drop_column("round_id")
    with op.batch_alter_table("release") as table:
        table.alter_column("programme_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("kind", existing_type=KIND, nullable=False)
        table.alter_column("state", existing_type=STATE, nullable=False)
        table.alter_column("series", existing_type=sa.String(length=60), nullable=False)
        table.alter_column("reason", existing_type=sa.String(length=2000), server_default=None)
        table.alter_column("contents", existing_type=sa.JSON(), nullable=True)
        table.alter_column("frozen_at", existing_type=MOMENT, nullable=True)
        table.create_foreign_key("fk_release_programme_id", "programme", ["programme_id"], ["id"])
        table.create_foreign_key("fk_release_corrects_release_id", "release", ["corrects_release_id"], ["id"])
        table.create_unique_constraint(
            "uq_release_programme_id_series_number", ["programme_id", "series", "number"]
        )
        for name, condition in (
            ("drafts_alone_say_nothing", "(contents IS NULL) = (state = 'draft')"),
            ("frozen_at_a_time", "(frozen_at IS NULL) = (state = 'draft')"),
            ("corrects_another", "(kind = 'correction') = (corrects_release_id IS NOT NULL)"),
            ("not_its_own_correction", "corrects_release_id <> id"),
            (
                "published_at_a_time",
                "state NOT IN ('published', 'withdrawn') OR published_at IS NOT NULL",
            ),
        ):
            table.create_check_constraint(op.f(f"ck_release_{name}"), condition)


def _widen_files() -> None:
    with op.batch_alter_table("stored_file") as table:
        table.add_column(
            sa.Column("owner_kind", sa.String(length=40), nullable=False, server_default="release")
        )
        table.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("sealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE stored_file SET owner_id = release_id")
    with op.batch_alter_table("stored_file") as table:
        table.drop_constraint("uq_stored_file_release_id_kind", type_="unique")
        table.drop_constraint("fk_stored_file_release_id", type_="foreignkey")
        table.drop_column("release_id")
    with op.batch_alter_table("stored_file") as table:
        table.alter_column("owner_kind", existing_type=sa.String(length=40), server_default=None)
        table.alter_column("owner_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("sealed", existing_type=sa.Boolean(), server_default=None)
        table.create_unique_constraint(
            "uq_stored_file_owner_kind_owner_id_kind", ["owner_kind", "owner_id", "kind"]
        )
    op.create_table(
        "file_seal",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("material_key_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_file_seal_file_id")),
        sa.ForeignKeyConstraint(
            ["material_key_id"], ["material_key.id"], name=op.f("fk_file_seal_material_key_id")
        ),
        sa.PrimaryKeyConstraint("file_id", "position", name=op.f("pk_file_seal")),
    )


_FILE = sa.table(
    "stored_file",
    sa.column("id", sa.Integer()),
    sa.column("owner_id", sa.Integer()),
    sa.column("kind", sa.String()),
    sa.column("content", sa.LargeBinary()),
    sa.column("sealed", sa.Boolean()),
)
_SEAL = sa.table(
    "file_seal",
    sa.column("file_id", sa.Integer()),
    sa.column("position", sa.Integer()),
    sa.column("material_key_id", sa.Integer()),
)
_KEY = sa.table(
    "material_key",
    sa.column("id", sa.Integer()),
    sa.column("subject_kind", sa.String()),
    sa.column("subject_id", sa.Integer()),
    sa.column("context", sa.String()),
    sa.column("wrapped", sa.LargeBinary()),
    sa.column("destroyed_by", sa.String()),
)


def _seal_bundles(connection: sa.Connection) -> None:
    """Seal each bundle under the keys of the rounds whose answers it holds, one after the other."""
    bundles = sa.select(_FILE.c.id, _FILE.c.owner_id).where(_FILE.c.kind == BUNDLE).order_by(_FILE.c.id)
    for file_id, release_id in connection.execute(bundles).all():
        keys = keys_for("seal the bundles of earlier releases", setting="DATA_KEY")
        content: bytes = connection.scalars(sa.select(_FILE.c.content).where(_FILE.c.id == file_id)).one()
        for position, row in enumerate(_keys_of(connection, keys, release_id), start=1):
            key = keys.unwrap(row["wrapped"], row["context"])
            content = seal(key, content, f"file release {release_id} {BUNDLE}")
            connection.execute(
                sa.insert(_SEAL).values(file_id=file_id, position=position, material_key_id=row["id"])
            )
        connection.execute(sa.update(_FILE).where(_FILE.c.id == file_id).values(content=content, sealed=True))


def _keys_of(connection: sa.Connection, keys: Keyring, release_id: int) -> list[Any]:
    """The keys of a release's rounds; where all were destroyed, one of the release's own.

    Whoever destroyed answers by hand was told to see to the bundles: those that are there were to stay.
    """
    wanted = sa.select(_KEY).where(
        _KEY.c.subject_kind == "round",
        _KEY.c.subject_id.in_(_rounds_of(connection, release_id)),
        _KEY.c.wrapped.is_not(None),
    )
    known = list(connection.execute(wanted.order_by(_KEY.c.subject_id.desc())).mappings())
    if known:
        return known
    context = f"release {release_id}"
    connection.execute(
        sa.insert(_KEY).values(
            subject_kind="release",
            subject_id=release_id,
            context=context,
            wrapped=keys.wrap(new_key(), context),
            destroyed_by="",
        )
    )
    own = sa.select(_KEY).where(_KEY.c.subject_kind == "release", _KEY.c.subject_id == release_id)
    return list(connection.execute(own).mappings())


def _rounds_of(connection: sa.Connection, release_id: int) -> set[int]:
    """The round of a release, and the earlier one that it is compared with: by title, which is all it keeps."""
    release = connection.execute(
        sa.text(
            "SELECT release.contents, round.id, round.programme_id, round.strand FROM release"
            " JOIN release_round ON release_round.release_id = release.id"
            " JOIN round ON round.id = release_round.round_id WHERE release.id = :id"
        ),
        {"id": release_id},
    ).one()
    return {release.id, *_earlier(connection, release)}


def _earlier(connection: sa.Connection, release: Any) -> Iterator[int]:
    document = release.contents if isinstance(release.contents, dict) else json.loads(release.contents)
    earlier = document["contents"].get("earlier")
    if earlier is None:
        return
    yield from connection.scalars(
        sa.text(
            "SELECT id FROM round WHERE programme_id = :programme AND strand = :strand AND title = :title"
            " AND id <> :own"
        ),
        {
            "programme": release.programme_id,
            "strand": release.strand,
            "title": earlier["round_title"],
            "own": release.id,
        },
    )
