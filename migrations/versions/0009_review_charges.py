"""who reviews what a local government hands in

Revises: 0008
Created: 2026-11-26 00:32:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_charges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("local_government_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_review_charges_edition_id")),
        sa.ForeignKeyConstraint(
            ["local_government_id"], ["local_governments.id"], name=op.f("fk_review_charges_local_government_id")
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name=op.f("fk_review_charges_reviewer_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["users.id"], name=op.f("fk_review_charges_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_charges")),
        sa.UniqueConstraint(
            "edition_id", "local_government_id", name=op.f("uq_review_charges_edition_id_local_government_id")
        ),
    )
    op.create_index(
        op.f("ix_review_charges_local_government_id"), "review_charges", ["local_government_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("review_charges")
