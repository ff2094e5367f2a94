"""Panels over the years: plans, rotation, reserves, the burden ledger, cases that no draw chose"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from secrets import randbits
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import yaml
from alembic import op

from survey_app.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _new_tables()
    _changed_tables()
    connection = op.get_bind()
    _count_cells(connection)
    _place_cells(connection)
    _follow(connection)
    _fill_ledger(connection)


def _new_tables() -> None:
    op.create_table(
        "burden_rule",
        sa.Column(
            "sector",
            sa.Enum("public_body", "vco", name="sector", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("max_minutes", sa.Integer(), nullable=True),
        sa.Column("max_invitations", sa.Integer(), nullable=True),
        sa.Column("term_years", sa.Integer(), nullable=False),
        sa.Column("holiday_years", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("max_minutes > 0 AND max_invitations > 0", name=op.f("ck_burden_rule_ceilings")),
        sa.CheckConstraint("term_years >= 1 AND holiday_years >= 0", name=op.f("ck_burden_rule_years")),
        sa.PrimaryKeyConstraint("sector", name=op.f("pk_burden_rule")),
    )
    op.create_table(
        "organisation_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("predecessor_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("predecessor_id <> successor_id", name=op.f("ck_organisation_link_two_bodies")),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["organisation.id"], name=op.f("fk_organisation_link_predecessor_id")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["organisation.id"], name=op.f("fk_organisation_link_successor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_link")),
        sa.UniqueConstraint(
            "predecessor_id", "successor_id", name=op.f("uq_organisation_link_predecessor_id_successor_id")
        ),
    )
    with op.batch_alter_table("organisation_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_link_successor_id"), ["successor_id"], unique=False)

    op.create_table(
        "frame_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column(
            "sector",
            sa.Enum("public_body", "vco", name="sector", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("band", sa.String(length=200), nullable=False),
        sa.Column("rural", sa.String(length=10), nullable=False),
        sa.Column("bme_led", sa.String(length=10), nullable=False),
        sa.Column("pop_size", sa.Integer(), nullable=False),
        sa.CheckConstraint("pop_size > 0", name=op.f("ck_frame_cell_not_empty")),
        sa.ForeignKeyConstraint(["frame_id"], ["frame.id"], name=op.f("fk_frame_cell_frame_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frame_cell")),
        sa.UniqueConstraint(
            "frame_id",
            "sector",
            "region",
            "band",
            "rural",
            "bme_led",
            name=op.f("uq_frame_cell_frame_id_sector_region_band_rural_bme_led"),
        ),
    )
    op.create_table(
        "frame_flow",
        sa.Column("then_cell_id", sa.Integer(), nullable=False),
        sa.Column("now_cell_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["then_cell_id"], ["frame_cell.id"], name=op.f("fk_frame_flow_then_cell_id")),
        sa.ForeignKeyConstraint(["now_cell_id"], ["frame_cell.id"], name=op.f("fk_frame_flow_now_cell_id")),
        sa.PrimaryKeyConstraint("then_cell_id", "now_cell_id", name=op.f("pk_frame_flow")),
    )
    op.create_index(op.f("ix_frame_flow_now_cell_id"), "frame_flow", ["now_cell_id"])
    op.create_table(
        "panel_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("strand", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["frame_id"], ["frame.id"], name=op.f("fk_panel_plan_frame_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_panel_plan_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_plan")),
        sa.UniqueConstraint(
            "programme_id", "strand", "year", "name", name=op.f("uq_panel_plan_programme_id_strand_year_name")
        ),
    )
    op.create_table(
        "burden_breach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("excess", sa.Integer(), nullable=False),
        sa.Column("allowed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("allowed_by", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_burden_breach_organisation_id")
        ),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_burden_breach_panel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_burden_breach")),
        sa.UniqueConstraint(
            "panel_id", "organisation_id", "rule", name=op.f("uq_burden_breach_panel_id_organisation_id_rule")
        ),
    )
    with op.batch_alter_table("burden_breach", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_burden_breach_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "panel_pass",
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("excess", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_panel_pass_organisation_id")
        ),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_pass_panel_id")),
        sa.PrimaryKeyConstraint("panel_id", "organisation_id", name=op.f("pk_panel_pass")),
    )
    op.create_table(
        "burden_entry",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("strand", sa.String(length=20), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "invitation",
                "reminder",
                "minutes_asked",
                "minutes_answered",
                "focus_group",
                "interview",
                "other",
                name="burdenkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_burden_entry_minutes")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_burden_entry_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_burden_entry_programme_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_burden_entry_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_burden_entry")),
    )
    with op.batch_alter_table("burden_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_burden_entry_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_burden_entry_round_id"), ["round_id"], unique=False)
        batch_op.create_index(
            "ix_burden_entry_year", ["year", "organisation_id", "kind", "minutes"], unique=False
        )

    op.create_table(
        "panel_cell",
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("frame_cell_id", sa.Integer(), nullable=False),
        sa.Column("panel_stratum_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["frame_cell_id"], ["frame_cell.id"], name=op.f("fk_panel_cell_frame_cell_id")
        ),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_cell_panel_id")),
        sa.ForeignKeyConstraint(
            ["panel_stratum_id"], ["panel_stratum.id"], name=op.f("fk_panel_cell_panel_stratum_id")
        ),
        sa.PrimaryKeyConstraint("panel_id", "frame_cell_id", name=op.f("pk_panel_cell")),
    )
    op.create_table(
        "reserve_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_stratum_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("by_rule", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("released_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_reserve_release_not_empty")),
        sa.ForeignKeyConstraint(
            ["panel_stratum_id"], ["panel_stratum.id"], name=op.f("fk_reserve_release_panel_stratum_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_reserve_release_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserve_release")),
    )
    with op.batch_alter_table("reserve_release", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reserve_release_panel_stratum_id"), ["panel_stratum_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_reserve_release_round_id"), ["round_id"], unique=False)

    op.create_table(
        "reserve_rule",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("set_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_reserve_rule_share")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_reserve_rule_round_id")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_reserve_rule")),
    )
    op.create_table(
        "panel_reserve",
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("panel_stratum_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("prn", sa.Double(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_panel_reserve_organisation_id")
        ),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_reserve_panel_id")),
        sa.ForeignKeyConstraint(
            ["panel_stratum_id"], ["panel_stratum.id"], name=op.f("fk_panel_reserve_panel_stratum_id")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["reserve_release.id"], name=op.f("fk_panel_reserve_release_id")
        ),
        sa.PrimaryKeyConstraint("panel_id", "organisation_id", name=op.f("pk_panel_reserve")),
        sa.UniqueConstraint(
            "panel_stratum_id", "place", name=op.f("uq_panel_reserve_panel_stratum_id_place")
        ),
    )
    op.create_table(
        "added_case",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("referrer_case_id", sa.Integer(), nullable=True),
        sa.Column("referrer_note", sa.String(length=400), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("band", sa.String(length=200), nullable=False),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_added_case_case_id")),
        sa.ForeignKeyConstraint(
            ["referrer_case_id"], ["case.id"], name=op.f("fk_added_case_referrer_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_added_case")),
    )
    with op.batch_alter_table("added_case", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_added_case_referrer_case_id"), ["referrer_case_id"], unique=False
        )


def _changed_tables() -> None:
    # SQLite makes such tables anew and forgets their checks, which are therefore named again.
    with op.batch_alter_table("case") as batch:
        batch.add_column(sa.Column("route", sa.String(length=20), nullable=False, server_default="panel"))
        batch.alter_column("panel_member_id", existing_type=sa.Integer(), nullable=True)
        batch.create_check_constraint(
            op.f("ck_case_weighted_only_if_drawn"), "(route = 'panel') = (panel_member_id IS NOT NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_case_route"), "route IN ('panel', 'snowball', 'outreach', 'open_link')"
        )
    with op.batch_alter_table("frame_entry") as batch:
        batch.add_column(sa.Column("bme_led", sa.String(length=10), nullable=False, server_default=""))
        batch.add_column(sa.Column("frame_cell_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_frame_entry_frame_cell_id"), "frame_cell", ["frame_cell_id"], ["id"]
        )
    with op.batch_alter_table("panel") as batch:
        for column, other in (
            ("previous_panel_id", "panel"),
            ("avoided_panel_id", "panel"),
            ("plan_id", "panel_plan"),
        ):
            batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_panel_{column}"), other, [column], ["id"])
    sizes = sa.CheckConstraint(
        "sample_size >= 0 AND sample_size <= pop_size", name=op.f("ck_panel_stratum_sizes")
    )
    with op.batch_alter_table("panel_stratum", table_args=(sizes,)) as batch:
        batch.add_column(sa.Column("drawn_size", sa.Integer(), nullable=True))
    op.execute("UPDATE panel_stratum SET drawn_size = sample_size")
    with op.batch_alter_table("panel_stratum", table_args=(sizes,)) as batch:
        batch.alter_column("drawn_size", existing_type=sa.Integer(), nullable=False)
        batch.create_check_constraint(
            op.f("ck_panel_stratum_drawn"), "drawn_size >= 0 AND drawn_size <= sample_size"
        )
    probability = sa.CheckConstraint(
        "inclusion_probability > 0 AND inclusion_probability <= 1", name=op.f("ck_panel_member_probability")
    )
    with op.batch_alter_table("panel_member", table_args=(probability,)) as batch:
        batch.create_check_constraint(op.f("ck_panel_member_route"), "route IN ('probability', 'census')")


def _rural(words: str) -> str:
    known = words.strip().lower()
    if known.startswith(("rural", "sparse", "mainly rural", "largely rural")):
        return "yes"
    return "no" if known.startswith("urban") else ""


def _count_cells(connection: sa.Connection) -> None:
    """Group the entries in scope of every frame by what strata are made of."""
    grouped = connection.execute(
        sa.text(
            "SELECT frame_id, sector, region, kind, size, rural_urban, count(*) FROM frame_entry"
            " WHERE in_scope GROUP BY frame_id, sector, region, kind, size, rural_urban"
        )
    ).all()
    cells: dict[tuple[int, str, str, str, str], int] = defaultdict(int)
    for frame_id, sector, region, kind, size, rural_urban, count in grouped:
        cells[frame_id, sector, region, kind if sector == "public_body" else size, _rural(rural_urban)] += (
            count
        )
    add = sa.text(
        "INSERT INTO frame_cell (frame_id, sector, region, band, rural, bme_led, pop_size)"
        " VALUES (:frame_id, :sector, :region, :band, :rural, '', :pop_size)"
    )
    names = ("frame_id", "sector", "region", "band", "rural")
    for cell, count in sorted(cells.items()):
        connection.execute(add, dict(zip(names, cell, strict=True)) | {"pop_size": count})
    ids = {
        tuple(row[:5]): row[5]
        for row in connection.execute(
            sa.text("SELECT frame_id, sector, region, band, rural, id FROM frame_cell")
        )
    }
    place = sa.text(
        "UPDATE frame_entry SET frame_cell_id = :cell WHERE frame_id = :frame_id AND in_scope"
        " AND sector = :sector AND region = :region AND kind = :kind AND size = :size"
        " AND rural_urban = :rural_urban"
    )
    for frame_id, sector, region, kind, size, rural_urban, _ in grouped:
        band = kind if sector == "public_body" else size
        values = {
            "cell": ids[frame_id, sector, region, band, _rural(rural_urban)],
            "frame_id": frame_id, "sector": sector, "region": region,
            "kind": kind, "size": size, "rural_urban": rural_urban,
        }  # fmt: skip
        connection.execute(place, values)


def _place_cells(connection: sa.Connection) -> None:
    """Panels so far had one stratum for each region and band, a gap being one of its own."""
    connection.execute(
        sa.text(
            "INSERT INTO panel_cell (panel_id, frame_cell_id, panel_stratum_id)"
            " SELECT panel.id, frame_cell.id, panel_stratum.id FROM panel"
            " JOIN frame_cell ON frame_cell.frame_id = panel.frame_id"
            " JOIN panel_stratum ON panel_stratum.panel_id = panel.id"
            " AND panel_stratum.sector = frame_cell.sector"
            " AND panel_stratum.region = coalesce(nullif(frame_cell.region, ''), 'not known')"
            " AND panel_stratum.band = coalesce(nullif(frame_cell.band, ''), 'not known')"
        )
    )


def _follow(connection: sa.Connection) -> None:
    newest: dict[tuple[int, str], int] = {}
    panels = sa.text("SELECT id, programme_id, strand FROM panel ORDER BY year")
    for panel_id, programme_id, strand in connection.execute(panels).all():
        connection.execute(
            sa.text("UPDATE panel SET previous_panel_id = :previous WHERE id = :id"),
            {"previous": newest.get((programme_id, strand)), "id": panel_id},
        )
        newest[programme_id, strand] = panel_id


def _fill_ledger(connection: sa.Connection) -> None:
    """What cases and their histories say: invitations, reminders, and questionnaires that came back."""
    rows = _invitations_and_answers(connection)
    add = sa.text(
        "INSERT INTO burden_entry"
        " (id, organisation_id, programme_id, strand, round_id, year, day, kind, minutes, note)"
        " VALUES (:id, :organisation_id, :programme_id, :strand, :round_id, :year, :day, :kind, :minutes, '')"
    ).bindparams(sa.bindparam("day", type_=sa.Date()))
    for rows_ in (rows, _reminders(connection)):
        for batch in _batches(rows_):
            connection.execute(add, batch)


def _invitations_and_answers(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    found = connection.execute(
        sa.text(
            'SELECT "case".organisation_id, "case".created_at, "case".outcome, "case".outcome_on,'
            " round.id AS round_id, round.programme_id, round.strand, panel.year, instrument_version.document"
            ' FROM "case" JOIN round ON round.id = "case".round_id JOIN panel ON panel.id = round.panel_id'
            ' JOIN organisation ON organisation.id = "case".organisation_id'
            " JOIN round_instrument ON round_instrument.round_id = round.id"
            " AND round_instrument.audience = organisation.sector"
            " JOIN instrument_version ON instrument_version.id = round_instrument.instrument_version_id"
        ).columns(created_at=UtcDateTime(), outcome_on=sa.Date())
    )
    minutes: dict[str, int] = {}
    for row in found.all():
        if row.document not in minutes:
            minutes[row.document] = int(yaml.safe_load(row.document).get("estimated_minutes", 0))
        common = {
            "organisation_id": row.organisation_id, "programme_id": row.programme_id, "strand": row.strand,
            "round_id": row.round_id, "year": row.year,
        }  # fmt: skip
        asked = {"day": _london(row.created_at), "minutes": minutes[row.document]}
        yield common | asked | {"id": randbits(62), "kind": "invitation", "minutes": 0}
        yield common | asked | {"id": randbits(62), "kind": "minutes_asked"}
        if row.outcome == "complete":
            answered = {"day": row.outcome_on, "minutes": minutes[row.document]}
            yield common | answered | {"id": randbits(62), "kind": "minutes_answered"}


def _reminders(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    found = connection.execute(
        sa.text(
            'SELECT "case".organisation_id, round.programme_id, round.strand, round.id AS round_id,'
            " panel.year, case_event.day"
            ' FROM case_event JOIN "case" ON "case".id = case_event.case_id'
            ' JOIN round ON round.id = "case".round_id JOIN panel ON panel.id = round.panel_id'
            " WHERE case_event.kind IN ('first_reminder sent', 'second_reminder sent')"
        ).columns(day=sa.Date())
    )
    for row in found.all():
        yield dict(row._mapping) | {"id": randbits(62), "kind": "reminder", "minutes": 0}


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == 1000:
            yield batch
            batch = []
    if batch:
        yield batch


def _london(instant: datetime) -> date:
    return instant.astimezone(ZoneInfo("Europe/London")).date()
