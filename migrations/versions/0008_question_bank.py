"""the question bank, questions that quizzes copy or draw from it

Revises: 0004
Created: 2026-11-25 21:20:00
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0004"
branch_labels = None
depends_on = None

LANGUAGES = ["es", "pt"]
TITLE = [["es", "Banco de preguntas de la Escuela"], ["pt", "Banco de perguntas da Escola"]]


def upgrade() -> None:
    op.create_table(
        "question_banks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_banks")),
        sa.UniqueConstraint("slug", name=op.f("uq_question_banks_slug")),
    )
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.alter_column("quiz_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("bank_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("source_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_questions_bank_id"), "question_banks", ["bank_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_questions_source_id"), "questions", ["source_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_unique_constraint(batch_op.f("uq_questions_bank_id_slug"), ["bank_id", "slug"])
        batch_op.create_index(batch_op.f("ix_questions_source_id"), ["source_id"])
        batch_op.create_check_constraint(batch_op.f("ck_questions_one_home"), "(quiz_id IS NULL) <> (bank_id IS NULL)")
    _bank()
    _draws()
    texts = {"slug": "escuela", "title": json.dumps(TITLE), "languages": json.dumps(LANGUAGES)}
    insert = "INSERT INTO question_banks (slug, title, languages) VALUES (:slug, :title, :languages)"
    op.get_bind().execute(sa.text(insert), texts)


def _bank() -> None:
    op.create_table(
        "bank_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(length=260), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("lacks", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["questions.id"], name=op.f("fk_bank_entries_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entries")),
    )
    op.create_index(op.f("ix_bank_entries_folder"), "bank_entries", ["folder"])
    op.create_index(op.f("ix_bank_entries_digest"), "bank_entries", ["digest"])
    op.create_table(
        "bank_entries_items",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["bank_entries.id"], name=op.f("fk_bank_entries_items_owner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["framework_items.id"], name=op.f("fk_bank_entries_items_item_id")),
        sa.PrimaryKeyConstraint("owner_id", "item_id", name=op.f("pk_bank_entries_items")),
    )
    op.create_index(op.f("ix_bank_entries_items_item_id"), "bank_entries_items", ["item_id"])
    op.create_table(
        "bank_tags",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["bank_entries.id"], name=op.f("fk_bank_tags_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", "tag", name=op.f("pk_bank_tags")),
    )
    op.create_index(op.f("ix_bank_tags_tag"), "bank_tags", ["tag"])
    op.create_table(
        "bank_pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bank_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["question_banks.id"], name=op.f("fk_bank_pictures_bank_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_pictures")),
        sa.UniqueConstraint("bank_id", "name", name=op.f("uq_bank_pictures_bank_id_name")),
    )
    op.create_table(
        "bank_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bank_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("folder", sa.String(length=260), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["question_banks.id"], name=op.f("fk_bank_imports_bank_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_bank_imports_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_imports")),
        sa.UniqueConstraint("made_by_id", name=op.f("uq_bank_imports_made_by_id")),
    )


def _draws() -> None:
    op.create_table(
        "quiz_draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("bank", sa.String(length=80), nullable=False),
        sa.Column("folder", sa.String(length=260), nullable=False),
        sa.Column("tag", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.CheckConstraint("count BETWEEN 1 AND 100", name=op.f("ck_quiz_draws_count")),
        sa.CheckConstraint("folder <> '' OR tag <> ''", name=op.f("ck_quiz_draws_selection")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f("fk_quiz_draws_quiz_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_draws")),
    )
    op.create_index(op.f("ix_quiz_draws_quiz_id"), "quiz_draws", ["quiz_id"])


def downgrade() -> None:
    raise NotImplementedError("Restore the backup that was taken before: attempts may hold questions of the bank.")
