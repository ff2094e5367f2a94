"""Where each letter went, and what a respondent is told of: new codes, telephone calls, who came in"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ADDRESS = "(address_sealed IS NULL) = (address_lookup IS NULL) AND (address_sealed IS NULL) = (address_context IS NULL)"
# The contact that letters go to.
FIRST = """SELECT contact.id FROM contact JOIN "case" ON "case".organisation_id = contact.organisation_id
    WHERE "case".id = message.case_id AND contact.unit = '' AND contact.permission = 'may_contact'
    AND contact.email_sealed IS NOT NULL AND contact.valid_to IS NULL
    ORDER BY contact.position, contact.id LIMIT 1"""


def upgrade() -> None:
    with op.batch_alter_table("message") as batch:
        batch.add_column(sa.Column("address_sealed", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("address_context", sa.String(length=60), nullable=True))
        batch.add_column(sa.Column("address_lookup", sa.String(length=64), nullable=True))
    # Where letters went is not known from before: they are taken to have gone where letters go now.
    for address, contact in (
        ("sealed", "email_sealed"),
        ("context", "seal_context"),
        ("lookup", "email_lookup"),
    ):
        op.execute(
            f"UPDATE message SET address_{address} = (SELECT one.{contact} FROM contact AS one"  # noqa: S608
            f" WHERE one.id = ({FIRST})) WHERE state = 'sent'"
        )
    with op.batch_alter_table("message") as batch:
        batch.create_check_constraint(op.f("ck_message_address_can_be_looked_up"), ADDRESS)
    op.create_table(
        "seat_notice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "kind IN ('new_code', 'telephone', 'telephone_on')", name=op.f("ck_seat_notice_kind")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_seat_notice_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_notice")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_seat_notice_seat_id", "seat_notice", ["seat_id"])
    op.create_table(
        "response_opening",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("seat_pseudonym", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_response_opening_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_opening")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_response_opening_seat_pseudonym", "response_opening", ["seat_pseudonym"])


def downgrade() -> None:
    op.drop_table("response_opening")
    op.drop_table("seat_notice")
    with op.batch_alter_table("message") as batch:
        batch.drop_constraint(op.f("ck_message_address_can_be_looked_up"), type_="check")
        for name in ("address_lookup", "address_context", "address_sealed"):
            batch.drop_column(name)
