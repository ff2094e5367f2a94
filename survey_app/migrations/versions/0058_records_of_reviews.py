"""Records of reviews that both sides agree to, and the packs that participants read before"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "review_record_text",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("part", _one_of("part", "talked", "sectors", "places"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_review_record_text_round_id")),
        sa.PrimaryKeyConstraint("round_id", "part", "number", name=op.f("pk_review_record_text")),
    )
    op.create_table(
        "review_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", _one_of("state", "sent", "returned", "agreed"), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.Column("corrects", sa.Text(), nullable=False),
        sa.Column("taken_back_why", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "taken_back_why = '' OR state = 'returned'", name=op.f("ck_review_record_taken_back_is_returned")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_review_record_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_record")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_review_record_round_id_number")),
    )
    op.create_table(
        "review_record_verdict",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("sector", _one_of("sector", "public_body", "vco"), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "agrees OR words <> ''", name=op.f("ck_review_record_verdict_returned_with_words")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_review_record_verdict_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["review_record.id"], name=op.f("fk_review_record_verdict_record_id")
        ),
        sa.PrimaryKeyConstraint("record_id", "sector", name=op.f("pk_review_record_verdict")),
    )
    op.create_index(op.f("ix_review_record_verdict_person_id"), "review_record_verdict", ["person_id"])
    op.create_table(
        "review_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_review_pack_release_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_review_pack_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_pack")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_review_pack_round_id_number")),
    )
    op.create_index(op.f("ix_review_pack_release_id"), "review_pack", ["release_id"])


def downgrade() -> None:
    op.drop_table("review_pack")
    op.drop_table("review_record_verdict")
    op.drop_table("review_record")
    op.drop_table("review_record_text")
