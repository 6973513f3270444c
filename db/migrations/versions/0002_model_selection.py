"""Recipes by name, hold-outs and their openings, segments, clusterings; what more a fit tells."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
LIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """Add columns, then tables; no row is changed."""
    _columns()
    _recipe()
    _opening()
    _segment()
    _clustering()


def _columns() -> None:
    zero = sa.text("0")
    op.add_column("snapshot", sa.Column("fold_group", sa.String()))
    op.add_column("snapshot", sa.Column("holdout", JSON))
    op.add_column("snapshot", sa.Column("held_out", INTEGER, nullable=False, server_default=zero))
    op.add_column("run", sa.Column("reference", JSON))
    op.add_column("run_triple", sa.Column("note", sa.String()))
    op.add_column("fold_result", sa.Column("feature_seconds", sa.Double(), nullable=False, server_default=zero))
    op.add_column("fold_result", sa.Column("features", INTEGER))
    op.add_column("fold_result", sa.Column("peak_bytes", INTEGER))
    op.add_column("model", sa.Column("scope", sa.String(), nullable=False, server_default="global"))
    _referring("model", "parent_id", INTEGER, "model.id")
    _referring("model", "importances_blob", sa.String(length=64), "blob.sha256")


def _referring(table: str, name: str, kind: sa.BigInteger | sa.String, target: str) -> None:
    key = sa.ForeignKey(target, name=f"fk_{table}_{name}")
    op.add_column(table, sa.Column(name, kind, key), inline_references=True)
    op.create_index(f"ix_{table}_{name}", table, [name])


def _recipe() -> None:
    op.create_table(
        "recipe",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_recipe_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recipe"),
        sa.UniqueConstraint("project_id", "hash", name="uq_recipe_project_id_hash"),
        sa.UniqueConstraint("project_id", "name", "version", name="uq_recipe_project_id_name_version"),
    )


def _opening() -> None:
    op.create_table(
        "opening",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("snapshot_id", INTEGER, nullable=False),
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("promotion_id", INTEGER),
        sa.Column("rows", INTEGER, nullable=False),
        sa.Column("scores", JSON, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_opening_snapshot_id"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_opening_model_id"),
        sa.ForeignKeyConstraint(["promotion_id"], ["promotion.id"], name="fk_opening_promotion_id"),
        sa.PrimaryKeyConstraint("id", name="pk_opening"),
        sa.UniqueConstraint("snapshot_id", "model_id", name="uq_opening_snapshot_id_model_id"),
    )
    op.create_index("ix_opening_model_id", "opening", ["model_id"])
    op.create_index("ix_opening_promotion_id", "opening", ["promotion_id"])


def _segment() -> None:
    op.create_table(
        "segment",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("conditions", JSON, nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_segment_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_segment"),
    )
    op.create_index(
        "uq_segment_live_name",
        "segment",
        ["project_id", "name"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _clustering() -> None:
    op.create_table(
        "clustering",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("snapshot_id", INTEGER, nullable=False),
        sa.Column("job_id", INTEGER),
        sa.Column("clusterer", sa.String(), nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("result", JSON),
        sa.Column("labels_blob", sa.String(length=64)),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_clustering_snapshot_id"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_clustering_job_id"),
        sa.ForeignKeyConstraint(["labels_blob"], ["blob.sha256"], name="fk_clustering_labels_blob"),
        sa.PrimaryKeyConstraint("id", name="pk_clustering"),
    )
    op.create_index("ix_clustering_snapshot_id", "clustering", ["snapshot_id"])
    op.create_index("ix_clustering_labels_blob", "clustering", ["labels_blob"])
