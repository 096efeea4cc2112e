"""reviewing: allocations, held reviews, remarks, phrases, replies, renditions

Revises: 0006
Created: 2026-11-25 20:10:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE = "(released_at IS NULL) = (outcome IS NULL)"
AFTER = "(outcome IS NULL) = (released_at IS NULL AND held_at IS NULL)"


def upgrade() -> None:
    with op.batch_alter_table("reviews") as batch:
        batch.add_column(sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("release_at", sa.DateTime(timezone=True), nullable=True))
        batch.drop_constraint(op.f("ck_reviews_released"), type_="check")
        batch.create_check_constraint(op.f("ck_reviews_released"), AFTER)
        batch.create_check_constraint(op.f("ck_reviews_planned"), "release_at IS NULL OR held_at IS NOT NULL")
    _allocations()
    _remarks()
    _phrases_and_replies()
    _renditions()


def _allocations() -> None:
    op.create_table(
        "allocations",
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("allocated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("allocated_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name=op.f("fk_allocations_work_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name=op.f("fk_allocations_reviewer_id")),
        sa.ForeignKeyConstraint(["allocated_by_id"], ["users.id"], name=op.f("fk_allocations_allocated_by_id")),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_allocations")),
    )
    op.create_index(op.f("ix_allocations_reviewer_id"), "allocations", ["reviewer_id"])


def _remarks() -> None:
    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("stop", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("x", sa.Integer(), nullable=True),
        sa.Column("y", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(start IS NULL) = (stop IS NULL) AND (start IS NULL) = (quote IS NULL)", name=op.f("ck_remarks_passage")
        ),
        sa.CheckConstraint("start >= 0 AND stop > start", name=op.f("ck_remarks_offsets")),
        sa.CheckConstraint("(start IS NULL) != (file_id IS NULL)", name=op.f("ck_remarks_anchor")),
        sa.CheckConstraint("(file_id IS NULL) = (page IS NULL) AND page > 0", name=op.f("ck_remarks_page")),
        sa.CheckConstraint(
            "(x IS NULL) = (y IS NULL) AND (x IS NULL OR page IS NOT NULL)", name=op.f("ck_remarks_spot")
        ),
        sa.CheckConstraint("x BETWEEN 0 AND 1000 AND y BETWEEN 0 AND 1000", name=op.f("ck_remarks_thousandths")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_remarks_review_id")),
        sa.ForeignKeyConstraint(["file_id"], ["work_files.id"], name=op.f("fk_remarks_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
    )
    op.create_index(op.f("ix_remarks_review_id"), "remarks", ["review_id"])


def _phrases_and_replies() -> None:
    op.create_table(
        "phrases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_phrases_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrases")),
    )
    op.create_index(op.f("ix_phrases_owner_id"), "phrases", ["owner_id"])
    op.create_table(
        "review_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_review_replies_review_id")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_review_replies_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_replies")),
    )
    op.create_index(op.f("ix_review_replies_review_id"), "review_replies", ["review_id"])


def _renditions() -> None:
    op.create_table(
        "renditions",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'made') = (pages > 0)", name=op.f("ck_renditions_pages")),
        sa.CheckConstraint("state IN ('made', 'failed', 'no_converter')", name=op.f("ck_renditions_state")),
        sa.ForeignKeyConstraint(["file_id"], ["work_files.id"], name=op.f("fk_renditions_file_id")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_renditions")),
    )


def downgrade() -> None:
    op.drop_table("renditions")
    op.drop_table("review_replies")
    op.drop_table("phrases")
    op.drop_table("remarks")
    op.drop_table("allocations")
    op.execute("UPDATE reviews SET outcome = NULL, held_at = NULL, release_at = NULL WHERE released_at IS NULL")
    with op.batch_alter_table("reviews") as batch:
        batch.drop_constraint(op.f("ck_reviews_planned"), type_="check")
        batch.drop_constraint(op.f("ck_reviews_released"), type_="check")
        batch.create_check_constraint(op.f("ck_reviews_released"), BEFORE)
        batch.drop_column("release_at")
        batch.drop_column("held_at")
