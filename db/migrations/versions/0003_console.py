"""Parameters, tags and scores by project; saved views; diagnostics; comments; promotions in preparation; notes."""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
SHA = sa.String(length=64)


def upgrade() -> None:
    """Make the tables; give every model's scores and parameters their rows; pictures are drawn anew when asked for."""
    _score()
    _parameter()
    _tag()
    _saved_view()
    _diagnostic()
    _picture()
    _comment()
    _watch()
    _promotion_draft()
    _snooze()
    _column_note()


def _score() -> None:
    score = "UPDATE model_score SET project_id = (SELECT project_id FROM model WHERE model.id = model_score.model_id)"
    op.add_column("model_score", sa.Column("project_id", INTEGER, nullable=False, server_default=sa.text("0")))
    op.execute(score)
    with op.batch_alter_table("model_score") as table:
        table.alter_column("project_id", server_default=None)
    op.create_index("ix_model_score_metric", "model_score", ["project_id", "metric", "mean", "model_id"])


def _parameter() -> None:
    made = op.create_table(
        "model_parameter",
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("number", sa.Double()),
        sa.Column("text", sa.String()),
        _key("model_parameter", "model_id", "model.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("model_id", "name", name="pk_model_parameter"),
    )
    models = sa.text("SELECT id, project_id, hyperparameters FROM model")
    rows = [row for model in op.get_bind().execute(models).mappings() for row in _parameters_of(model)]
    if rows:
        op.bulk_insert(made, rows)
    op.create_index("ix_model_parameter_number", "model_parameter", ["project_id", "name", "number", "model_id"])
    op.create_index("ix_model_parameter_text", "model_parameter", ["project_id", "name", "text", "model_id"])


def _parameters_of(model: Mapping[Any, Any]) -> list[dict[str, Any]]:
    content = model["hyperparameters"]
    values = json.loads(content) if isinstance(content, str) else content or {}
    return [
        {"model_id": model["id"], "project_id": model["project_id"], "name": name, **_typed(value)}
        for name, value in values.items()
    ]


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"number": None, "text": "true" if value else "false"}
    if isinstance(value, int | float):
        return {"number": float(value), "text": None}
    return {"number": None, "text": None if value is None else str(value)}


def _tag() -> None:
    op.create_table(
        "model_tag",
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("tagged_by", sa.String(), nullable=False),
        sa.Column("tagged_at", TIME, nullable=False),
        _key("model_tag", "model_id", "model.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("model_id", "tag", name="pk_model_tag"),
    )
    op.create_index("ix_model_tag_tag", "model_tag", ["project_id", "tag", "model_id"])


def _saved_view() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _key("saved_view", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("project_id", "page", "owner", "name", name="uq_saved_view_project_id_page_owner_name"),
    )


def _diagnostic() -> None:
    op.create_table(
        "diagnostic",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("model_id", INTEGER),
        sa.Column("snapshot_id", INTEGER),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("hash", SHA, nullable=False),
        sa.Column("job_id", INTEGER),
        sa.Column("tables_blob", SHA),
        sa.Column("error", sa.String()),
        sa.Column("fits", INTEGER, nullable=False),
        sa.Column("seconds", sa.Double()),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _key("diagnostic", "project_id", "project.id"),
        _key("diagnostic", "model_id", "model.id", ondelete="CASCADE"),
        _key("diagnostic", "snapshot_id", "snapshot.id", ondelete="CASCADE"),
        _key("diagnostic", "job_id", "job.id"),
        _key("diagnostic", "tables_blob", "blob.sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_diagnostic"),
        sa.UniqueConstraint("hash", name="uq_diagnostic_hash"),
    )
    op.create_index("ix_diagnostic_model_id", "diagnostic", ["model_id", "kind"])
    op.create_index("ix_diagnostic_snapshot_id", "diagnostic", ["snapshot_id", "kind"])
    op.create_index("ix_diagnostic_tables_blob", "diagnostic", ["tables_blob"])


def _picture() -> None:
    op.drop_table("picture")
    op.create_table(
        "picture",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("model_id", INTEGER),
        sa.Column("snapshot_id", INTEGER),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("content", SHA, nullable=False),
        sa.Column("blob", SHA),
        sa.Column("error", sa.String()),
        sa.Column("created_at", TIME, nullable=False),
        _key("picture", "model_id", "model.id", ondelete="CASCADE"),
        _key("picture", "snapshot_id", "snapshot.id", ondelete="CASCADE"),
        _key("picture", "blob", "blob.sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_picture"),
        sa.UniqueConstraint("model_id", "kind", "theme", name="uq_picture_model_id_kind_theme"),
        sa.UniqueConstraint("snapshot_id", "kind", "theme", name="uq_picture_snapshot_id_kind_theme"),
    )
    op.create_index("ix_picture_blob", "picture", ["blob"])
    op.create_index("ix_picture_content", "picture", ["content"])


def _comment() -> None:
    op.create_table(
        "comment",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", INTEGER, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("edited_at", TIME),
        sa.Column("deleted_at", TIME),
        _key("comment", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
    )
    op.create_index("ix_comment_subject", "comment", ["project_id", "subject", "subject_id", "id"])


def _watch() -> None:
    op.create_table(
        "watch",
        sa.Column("member_id", INTEGER, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        _key("watch", "member_id", "member.id"),
        _key("watch", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("member_id", "subject", "subject_id", name="pk_watch"),
    )


def _promotion_draft() -> None:
    op.create_table(
        "promotion_draft",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("against_advice", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("publish_at", TIME),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("drafted_at", TIME, nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", TIME),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("promotion_id", INTEGER),
        _key("promotion_draft", "project_id", "project.id"),
        _key("promotion_draft", "model_id", "model.id"),
        _key("promotion_draft", "promotion_id", "promotion.id"),
        sa.PrimaryKeyConstraint("id", name="pk_promotion_draft"),
    )
    op.create_index("ix_promotion_draft_state", "promotion_draft", ["project_id", "state", "id"])
    op.create_index("ix_promotion_draft_model_id", "promotion_draft", ["model_id"])


def _snooze() -> None:
    op.create_table(
        "snooze",
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("snoozed_by", sa.String(), nullable=False),
        sa.Column("snoozed_at", TIME, nullable=False),
        sa.Column("need", sa.String()),
        sa.Column("value", sa.Double()),
        _key("snooze", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("project_id", name="pk_snooze"),
    )


def _column_note() -> None:
    op.create_table(
        "column_note",
        sa.Column("table_id", INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("edited_by", sa.String(), nullable=False),
        sa.Column("edited_at", TIME, nullable=False),
        _key("column_note", "table_id", "feature_table.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("table_id", "name", name="pk_column_note"),
    )


def _key(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)
