"""assignments

Revises: 0005
Created: 2026-11-25 20:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0005"
branch_labels = None
depends_on = None

ALONE = sa.text("local_government_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "shared_rubrics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name=op.f("fk_shared_rubrics_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_rubrics")),
        sa.UniqueConstraint("name", name=op.f("uq_shared_rubrics_name")),
    )
    op.create_table(
        "submission_members",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_submission_members_enrolment_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_submission_members_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", "enrolment_id", name=op.f("pk_submission_members")),
    )
    with op.batch_alter_table("submission_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_members_enrolment_id"), ["enrolment_id"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_uploads_size")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_uploads_by_id")),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name=op.f("fk_uploads_work_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("work_id", "by_id", "sha256", name=op.f("uq_uploads_work_id_by_id_sha256")),
    )
    op.create_table(
        "upload_pieces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name=op.f("fk_upload_pieces_upload_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_pieces")),
        sa.UniqueConstraint("upload_id", "start", name=op.f("uq_upload_pieces_upload_id_start")),
    )

    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late_days", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_activities_late_days"),
            "late_days IS NULL OR (late_days BETWEEN 1 AND 365 AND NOT strict)",
        )

    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("takes_link", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("by_team", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("late_deduction", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("grading", sa.String(length=10), server_default="points", nullable=False))
        batch_op.add_column(sa.Column("points_most", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_assignments_late_deduction"), "late_deduction BETWEEN 0 AND 100"
        )
        batch_op.create_check_constraint(batch_op.f("ck_assignments_grading"), "grading IN ('points', 'pass')")
        batch_op.create_check_constraint(
            batch_op.f("ck_assignments_points_most"),
            "points_most IS NULL OR (points_most > 0 AND grading = 'points')",
        )

    with op.batch_alter_table("criteria", schema=None) as batch_op:
        batch_op.add_column(sa.Column("weight", sa.Integer(), server_default="1", nullable=False))
        batch_op.create_check_constraint(batch_op.f("ck_criteria_weight"), "weight BETWEEN 1 AND 100")

    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.add_column(sa.Column("points_given", sa.Integer(), nullable=True))

    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("link", sa.String(length=500), server_default="", nullable=False))

    with op.batch_alter_table("works", schema=None) as batch_op:
        batch_op.add_column(sa.Column("local_government_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("link", sa.String(length=500), server_default="", nullable=False))
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("due_zone", sa.String(length=64), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_works_due_zone"), "(due_at IS NULL) = (due_zone IS NULL)")
        batch_op.drop_constraint(batch_op.f("uq_works_assignment_id_enrolment_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_works_local_government_id"), ["local_government_id"], unique=False)
        batch_op.create_index(
            "uq_works_person",
            ["assignment_id", "enrolment_id"],
            unique=True,
            sqlite_where=ALONE,
            postgresql_where=ALONE,
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_works_assignment_id_local_government_id"), ["assignment_id", "local_government_id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_works_local_government_id"), "local_governments", ["local_government_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("works", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_works_local_government_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_works_assignment_id_local_government_id"), type_="unique")
        batch_op.drop_index("uq_works_person", sqlite_where=ALONE, postgresql_where=ALONE)
        batch_op.drop_index(batch_op.f("ix_works_local_government_id"))
        batch_op.create_unique_constraint(
            batch_op.f("uq_works_assignment_id_enrolment_id"), ["assignment_id", "enrolment_id"]
        )
        batch_op.drop_constraint(batch_op.f("ck_works_due_zone"), type_="check")
        for name in ("due_zone", "due_at", "link", "local_government_id"):
            batch_op.drop_column(name)

    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_column("link")

    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_column("points_given")

    with op.batch_alter_table("criteria", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_criteria_weight"), type_="check")
        batch_op.drop_column("weight")

    with op.batch_alter_table("assignments", schema=None) as batch_op:
        for name in ("points_most", "grading", "late_deduction"):
            batch_op.drop_constraint(batch_op.f(f"ck_assignments_{name}"), type_="check")
        for name in ("points_most", "grading", "late_deduction", "by_team", "takes_link"):
            batch_op.drop_column(name)

    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_activities_late_days"), type_="check")
        batch_op.drop_column("late_days")

    op.drop_table("upload_pieces")
    op.drop_table("uploads")
    op.drop_table("submission_members")
    op.drop_table("shared_rubrics")
