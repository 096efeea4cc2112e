"""gradebook

Revises: 0003
Created: 2026-11-25 20:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grade_overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("earned", sa.Integer(), nullable=True),
        sa.Column("possible", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("verdict IN ('mark', 'excuse', 'none')", name=op.f("ck_grade_overrides_verdict")),
        sa.CheckConstraint("(verdict = 'mark') = (earned IS NOT NULL)", name=op.f("ck_grade_overrides_earned")),
        sa.CheckConstraint("(verdict = 'mark') = (possible IS NOT NULL)", name=op.f("ck_grade_overrides_possible")),
        sa.CheckConstraint("possible > 0 AND earned BETWEEN 0 AND possible", name=op.f("ck_grade_overrides_points")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_grade_overrides_activity_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_grade_overrides_enrolment_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["users.id"], name=op.f("fk_grade_overrides_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_overrides")),
        sa.UniqueConstraint("enrolment_id", "activity_id", name=op.f("uq_grade_overrides_enrolment_id_activity_id")),
    )
    with op.batch_alter_table("grade_overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grade_overrides_activity_id"), ["activity_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("grade_overrides", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grade_overrides_activity_id"))

    op.drop_table("grade_overrides")
