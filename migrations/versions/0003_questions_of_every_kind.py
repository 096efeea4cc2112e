"""questions of every kind, in versions; attempts that keep what they saw

Tables that change their meaning (a question's words move to its versions, points are counted in hundredths, every
attempt has a line for each question) are read, made anew and filled.

Revises: 0002
Created: 2026-11-25 20:20:00
"""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
BATCH = 5000


def upgrade() -> None:
    kept = {name: _rows(name) for name in ("questions", "options", "attempts", "answers")}
    for name in ("answers", "options", "attempts", "questions"):
        op.drop_table(name)
    _rules()
    tables = _tables()
    questions, versions = _questions(kept["questions"], kept["options"])
    _fill(tables["questions"], questions)
    _fill(tables["question_versions"], versions)
    _fill(tables["attempts"], _attempts(kept["attempts"]))
    _fill(tables["answers"], _answers(kept))
    _count_on("questions", "question_versions", "attempts")


def _rows(name: str) -> list[dict[str, Any]]:
    table = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
    return [dict(row) for row in op.get_bind().execute(sa.select(table).order_by(*table.primary_key)).mappings()]


def _rules() -> None:
    with op.batch_alter_table("quizzes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shuffle_questions", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("one_by_one", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("minutes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("grace", sa.Integer(), nullable=False, server_default="30"))
        batch_op.add_column(sa.Column("scoring", sa.String(length=10), nullable=False, server_default="best"))
        batch_op.add_column(sa.Column("reveals", sa.String(length=10), nullable=False, server_default="passed"))
        batch_op.create_check_constraint(batch_op.f("ck_quizzes_minutes"), "minutes >= 0")
        batch_op.create_check_constraint(batch_op.f("ck_quizzes_grace"), "grace BETWEEN 0 AND 600")
        batch_op.create_check_constraint(batch_op.f("ck_quizzes_scoring"), "scoring IN ('best', 'last', 'mean')")
        batch_op.create_check_constraint(
            batch_op.f("ck_quizzes_reveals"), "reveals IN ('passed', 'submitted', 'closed', 'never')"
        )
        if op.get_bind().dialect.name == "sqlite":  # makes the table anew, without the checks that it had
            batch_op.create_check_constraint(batch_op.f("ck_quizzes_pass_mark"), "pass_mark BETWEEN 0 AND 100")
            batch_op.create_check_constraint(batch_op.f("ck_quizzes_attempts_allowed"), "attempts_allowed >= 0")


def _tables() -> dict[str, sa.Table]:
    made = [
        op.create_table(
            "questions",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("quiz_id", sa.Integer(), nullable=False),
            sa.Column("slug", sa.String(length=80), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("removed_at", AT, nullable=True),
            sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f("fk_questions_quiz_id"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
            sa.UniqueConstraint("quiz_id", "slug", name=op.f("uq_questions_quiz_id_slug")),
        ),
        op.create_table(
            "question_versions",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("question_id", sa.Integer(), nullable=False),
            sa.Column("number", sa.Integer(), nullable=False),
            sa.Column("current", sa.Boolean(), nullable=False),
            sa.Column("asked", sa.JSON(), nullable=False),
            sa.Column("saved_at", AT, nullable=False),
            sa.ForeignKeyConstraint(
                ["question_id"], ["questions.id"], name=op.f("fk_question_versions_question_id"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_question_versions")),
            sa.UniqueConstraint("question_id", "number", name=op.f("uq_question_versions_question_id_number")),
        ),
        op.create_table(
            "attempts",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("quiz_id", sa.Integer(), nullable=False),
            sa.Column("enrolment_id", sa.Integer(), nullable=False),
            sa.Column("number", sa.Integer(), nullable=False),
            sa.Column("seed", sa.Integer(), nullable=False),
            sa.Column("started_at", AT, nullable=False),
            sa.Column("ends_at", AT, nullable=True),
            sa.Column("submitted_at", AT, nullable=True),
            sa.Column("points", sa.Integer(), nullable=True),
            sa.Column("points_possible", sa.Integer(), nullable=True),
            sa.Column("passed", sa.Boolean(), nullable=True),
            sa.CheckConstraint("submitted_at IS NOT NULL OR points IS NULL", name=op.f("ck_attempts_marked")),
            sa.CheckConstraint("(points IS NULL) = (passed IS NULL)", name=op.f("ck_attempts_passed")),
            sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_attempts_enrolment_id")),
            sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f("fk_attempts_quiz_id")),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
            sa.UniqueConstraint(
                "quiz_id", "enrolment_id", "number", name=op.f("uq_attempts_quiz_id_enrolment_id_number")
            ),
        ),
        op.create_table(
            "answers",
            sa.Column("attempt_id", sa.Integer(), nullable=False),
            sa.Column("question_id", sa.Integer(), nullable=False),
            sa.Column("version_id", sa.Integer(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("given", sa.JSON(), nullable=False),
            sa.Column("saves", sa.Integer(), nullable=False),
            sa.Column("saved_at", AT, nullable=True),
            sa.Column("points", sa.Integer(), nullable=True),
            sa.Column("comment", sa.Text(), nullable=False),
            sa.Column("reviewed_at", AT, nullable=True),
            sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
            sa.ForeignKeyConstraint(
                ["attempt_id"], ["attempts.id"], name=op.f("fk_answers_attempt_id"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_answers_question_id")),
            sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_answers_reviewed_by_id")),
            sa.ForeignKeyConstraint(["version_id"], ["question_versions.id"], name=op.f("fk_answers_version_id")),
            sa.PrimaryKeyConstraint("attempt_id", "question_id", name=op.f("pk_answers")),
        ),
    ]
    _beside()
    return {table.name: table for table in made}


def _beside() -> None:
    """Indexes, extra time and attempts, and what was marked again."""
    op.create_index(
        "uq_question_versions_current",
        "question_versions",
        ["question_id"],
        unique=True,
        sqlite_where=sa.text("current"),
        postgresql_where=sa.text("current"),
    )
    op.create_index(op.f("ix_attempts_ends_at"), "attempts", ["ends_at"])
    op.create_index(op.f("ix_attempts_enrolment_id"), "attempts", ["enrolment_id"])
    op.create_index(
        "uq_attempts_open",
        "attempts",
        ["quiz_id", "enrolment_id"],
        unique=True,
        sqlite_where=sa.text("submitted_at IS NULL"),
        postgresql_where=sa.text("submitted_at IS NULL"),
    )
    op.create_index(op.f("ix_answers_version_id"), "answers", ["version_id"])
    op.create_table(
        "allowances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", AT, nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes >= 0 AND attempts >= 0", name=op.f("ck_allowances_more")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_allowances_enrolment_id")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["users.id"], name=op.f("fk_allowances_granted_by_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f("fk_allowances_quiz_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowances")),
        sa.UniqueConstraint("quiz_id", "enrolment_id", name=op.f("uq_allowances_quiz_id_enrolment_id")),
    )
    op.create_index(op.f("ix_allowances_enrolment_id"), "allowances", ["enrolment_id"])
    op.create_table(
        "regrades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_regrades_made_by_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_regrades_question_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f("fk_regrades_quiz_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrades")),
    )
    op.create_index(op.f("ix_regrades_quiz_id"), "regrades", ["quiz_id"])


def _questions(
    questions: list[dict[str, Any]], options: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What is left of each question, and its first version, under its own number."""
    of = defaultdict(list)
    for option in sorted(options, key=lambda each: each["position"]):
        of[option["question_id"]].append(_present(option, "key", "text", "right", "feedback"))
    rows = [
        {**{key: each[key] for key in ("id", "quiz_id", "slug", "position")}, "removed_at": None} for each in questions
    ]
    now = datetime.now(UTC)
    versions = [
        {
            "id": each["id"],
            "question_id": each["id"],
            "number": 1,
            "current": True,
            "asked": {**_present(each, "slug", "kind", "text", "points", "feedback"), "options": of[each["id"]]},
            "saved_at": now,
        }
        for each in questions
    ]
    return rows, versions


def _present(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names if row[name]}


def _attempts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "ends_at": None,
            "points": _hundredths(row["points"]),
            "points_possible": _hundredths(row["points_possible"]),
        }
        for row in rows
    ]


def _hundredths(points: int | None) -> int | None:
    return None if points is None else points * 100


def _answers(kept: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """A line for each question of each attempt; what was not answered earned nothing."""
    of, given = defaultdict(list), {(each["attempt_id"], each["question_id"]): each for each in kept["answers"]}
    for question in kept["questions"]:
        of[question["quiz_id"]].append(question)
    return [
        _line(attempt, question, given.get((attempt["id"], question["id"])))
        for attempt in kept["attempts"]
        for question in of[attempt["quiz_id"]]
    ]


def _line(attempt: dict[str, Any], question: dict[str, Any], answer: dict[str, Any] | None) -> dict[str, Any]:
    chosen = answer["chosen"] if answer else []
    nothing = None if attempt["submitted_at"] is None else 0
    return {
        "attempt_id": attempt["id"],
        "question_id": question["id"],
        "version_id": question["id"],
        "position": question["position"],
        "given": {"": chosen} if chosen else {},
        "saves": 1 if answer else 0,
        "saved_at": answer["saved_at"] if answer else None,
        "points": _hundredths(answer["points"]) if answer else nothing,
        "comment": "",
        "reviewed_at": None,
        "reviewed_by_id": None,
    }


def _fill(table: sa.Table, rows: list[dict[str, Any]]) -> None:
    for begin in range(0, len(rows), BATCH):
        op.bulk_insert(table, rows[begin : begin + BATCH])


def _count_on(*tables: str) -> None:
    """PostgreSQL numbers new rows from where we stopped."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in tables:
        sequence = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"  # noqa: S608 - our own names
        op.execute(sequence)


def downgrade() -> None:
    raise NotImplementedError("Restore the backup that was taken before: what is new has no place in the old tables.")
