"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
LIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """Make every table, those that others refer to first."""
    _blob()
    _member()
    _project()
    _schedule()
    _artifact()
    _blob_chunk()
    _feature_table()
    _job()
    _snapshot()
    _trigger()
    _triple()
    _firing()
    _instance_table()
    _job_log()
    _job_step()
    _run()
    _run_triple()
    _fold_result()
    _model()
    _bucket()
    _model_score()
    _picture()
    _prediction()
    _promotion()
    _feedback()


def _blob() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", INTEGER, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blob"),
    )


def _member() -> None:
    op.create_table(
        "member",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint("name", name="uq_member_name"),
    )


def _project() -> None:
    op.create_table(
        "project",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("primary_metric", sa.String(), nullable=False),
        sa.Column("positive_class", sa.String()),
        sa.Column("policy", JSON, nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("clock", TIME),
        sa.Column("last_version", INTEGER, nullable=False),
        sa.Column("last_run", INTEGER, nullable=False),
        sa.Column("last_snapshot", INTEGER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("archived_at", TIME),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_project"),
    )
    op.create_index("uq_project_live_name", "project", ["name"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE)


def _schedule() -> None:
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("cron", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("next_run", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_schedule"),
    )


def _artifact() -> None:
    op.create_table(
        "artifact",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", INTEGER, nullable=False),
        sa.Column("hmac", sa.String(length=64), nullable=False),
        sa.Column("signature", JSON, nullable=False),
        sa.Column("environment", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name="fk_artifact_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_artifact"),
    )
    op.create_index("ix_artifact_sha256", "artifact", ["sha256"])


def _blob_chunk() -> None:
    op.create_table(
        "blob_chunk",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name="fk_blob_chunk_sha256", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sha256", "position", name="pk_blob_chunk"),
    )


def _feature_table() -> None:
    op.create_table(
        "feature_table",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("physical", sa.String(), nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("key", JSON, nullable=False),
        sa.Column("time", sa.String()),
        sa.Column("row_count", INTEGER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_feature_table_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_feature_table"),
        sa.UniqueConstraint("physical", name="uq_feature_table_physical"),
    )
    op.create_index(
        "uq_feature_table_live_name",
        "feature_table",
        ["project_id", "name"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _job() -> None:
    op.create_table(
        "job",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("project_id", INTEGER),
        sa.Column("dedupe_key", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", INTEGER, nullable=False),
        sa.Column("run_after", TIME, nullable=False),
        sa.Column("attempt", INTEGER, nullable=False),
        sa.Column("failures", INTEGER, nullable=False),
        sa.Column("worker", sa.String()),
        sa.Column("lease_until", TIME),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("progress", JSON, nullable=False),
        sa.Column("error", sa.String()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_job_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("dedupe_key", name="uq_job_dedupe_key"),
    )
    op.create_index("ix_job_ready", "job", ["state", "priority", "id"])


def _snapshot() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("row_count", INTEGER, nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("entity_key", JSON, nullable=False),
        sa.Column("time", sa.String()),
        sa.Column("label_time", sa.String()),
        sa.Column("selection", JSON, nullable=False),
        sa.Column("fold_kind", sa.String(), nullable=False),
        sa.Column("fold_seed", INTEGER, nullable=False),
        sa.Column("profile", JSON, nullable=False),
        sa.Column("data_blob", sa.String(length=64), nullable=False),
        sa.Column("folds_blob", sa.String(length=64), nullable=False),
        sa.Column("time_from", TIME),
        sa.Column("time_to", TIME),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.ForeignKeyConstraint(["data_blob"], ["blob.sha256"], name="fk_snapshot_data_blob"),
        sa.ForeignKeyConstraint(["folds_blob"], ["blob.sha256"], name="fk_snapshot_folds_blob"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_snapshot_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot"),
        sa.UniqueConstraint("project_id", "number", name="uq_snapshot_project_id_number"),
    )
    op.create_index("ix_snapshot_data_blob", "snapshot", ["data_blob"])
    op.create_index("ix_snapshot_folds_blob", "snapshot", ["folds_blob"])
    op.create_index(
        "uq_snapshot_live_content",
        "snapshot",
        ["project_id", "content_hash"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _trigger() -> None:
    op.create_table(
        "trigger",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("cooldown_days", sa.Double(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_fired_at", TIME),
        sa.Column("deleted_at", TIME),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_trigger_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trigger"),
    )
    op.create_index("ix_trigger_project", "trigger", ["project_id"])


def _triple() -> None:
    op.create_table(
        "triple",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_triple_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_triple"),
        sa.UniqueConstraint("project_id", "hash", name="uq_triple_project_id_hash"),
    )


def _firing() -> None:
    op.create_table(
        "firing",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("trigger_id", INTEGER, nullable=False),
        sa.Column("fired_at", TIME, nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("outcome", sa.String()),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_firing_project_id"),
        sa.ForeignKeyConstraint(["trigger_id"], ["trigger.id"], name="fk_firing_trigger_id"),
        sa.PrimaryKeyConstraint("id", name="pk_firing"),
    )
    op.create_index("ix_firing_project", "firing", ["project_id", "id"])


def _instance_table() -> None:
    op.create_table(
        "instance_table",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("base_table_id", INTEGER, nullable=False),
        sa.Column("entity_key", JSON, nullable=False),
        sa.Column("prediction_time", sa.String()),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("label_time", sa.String()),
        sa.Column("features", JSON, nullable=False),
        sa.Column("joins", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["base_table_id"], ["feature_table.id"], name="fk_instance_table_base_table_id"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_instance_table_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_instance_table"),
    )
    op.create_index("ix_instance_table_project", "instance_table", ["project_id", "id"])


def _job_log() -> None:
    op.create_table(
        "job_log",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("job_id", INTEGER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_log_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_job_log"),
    )
    op.create_index("ix_job_log_job", "job_log", ["job_id", "id"])


def _job_step() -> None:
    op.create_table(
        "job_step",
        sa.Column("job_id", INTEGER, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("attempt", INTEGER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_step_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "key", name="pk_job_step"),
    )


def _run() -> None:
    op.create_table(
        "run",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("snapshot_id", INTEGER),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("job_id", INTEGER),
        sa.Column("firing_id", INTEGER),
        sa.Column("request", JSON, nullable=False),
        sa.Column("seed", INTEGER, nullable=False),
        sa.Column("triples", INTEGER, nullable=False),
        sa.Column("launched_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        sa.Column("error", sa.String()),
        sa.Column("verdict", sa.String()),
        sa.ForeignKeyConstraint(["firing_id"], ["firing.id"], name="fk_run_firing_id"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_run_job_id"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_run_project_id"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_run_snapshot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.UniqueConstraint("project_id", "number", name="uq_run_project_id_number"),
    )
    op.create_index("ix_run_project", "run", ["project_id", "id"])
    op.create_index("ix_run_snapshot", "run", ["snapshot_id"])


def _run_triple() -> None:
    op.create_table(
        "run_triple",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("run_id", INTEGER, nullable=False),
        sa.Column("triple_id", INTEGER, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.String()),
        sa.Column("newest", JSON),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_run_triple_run_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["triple_id"], ["triple.id"], name="fk_run_triple_triple_id"),
        sa.PrimaryKeyConstraint("id", name="pk_run_triple"),
        sa.UniqueConstraint("run_id", "triple_id", name="uq_run_triple_run_id_triple_id"),
    )


def _fold_result() -> None:
    op.create_table(
        "fold_result",
        sa.Column("run_triple_id", INTEGER, nullable=False),
        sa.Column("fold", INTEGER, nullable=False),
        sa.Column("n_train", INTEGER, nullable=False),
        sa.Column("n_validate", INTEGER, nullable=False),
        sa.Column("fit_seconds", sa.Double(), nullable=False),
        sa.Column("score_seconds", sa.Double(), nullable=False),
        sa.Column("scores", JSON, nullable=False),
        sa.Column("train_scores", JSON, nullable=False),
        sa.Column("oof_blob", sa.String(length=64)),
        sa.ForeignKeyConstraint(["oof_blob"], ["blob.sha256"], name="fk_fold_result_oof_blob"),
        sa.ForeignKeyConstraint(
            ["run_triple_id"], ["run_triple.id"], name="fk_fold_result_run_triple_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_triple_id", "fold", name="pk_fold_result"),
    )
    op.create_index("ix_fold_result_oof_blob", "fold_result", ["oof_blob"])


def _model() -> None:
    op.create_table(
        "model",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("run_id", INTEGER, nullable=False),
        sa.Column("run_triple_id", INTEGER, nullable=False),
        sa.Column("snapshot_id", INTEGER, nullable=False),
        sa.Column("triple_id", INTEGER, nullable=False),
        sa.Column("artifact_id", INTEGER, nullable=False),
        sa.Column("oof_blob", sa.String(length=64), nullable=False),
        sa.Column("algorithm", sa.String(), nullable=False),
        sa.Column("recipe", sa.String(), nullable=False),
        sa.Column("hyperparameters", JSON, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("score_sd", sa.Double(), nullable=False),
        sa.Column("build_seconds", sa.Double(), nullable=False),
        sa.Column("artifact_size", INTEGER, nullable=False),
        sa.Column("threshold", sa.Double()),
        sa.Column("holdout", JSON),
        sa.Column("seed", INTEGER, nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("touched_at", TIME, nullable=False),
        sa.Column("archived_at", TIME),
        sa.Column("deleted_at", TIME),
        sa.ForeignKeyConstraint(["artifact_id"], ["artifact.id"], name="fk_model_artifact_id"),
        sa.ForeignKeyConstraint(["oof_blob"], ["blob.sha256"], name="fk_model_oof_blob"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_model_project_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_model_run_id"),
        sa.ForeignKeyConstraint(["run_triple_id"], ["run_triple.id"], name="fk_model_run_triple_id"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_model_snapshot_id"),
        sa.ForeignKeyConstraint(["triple_id"], ["triple.id"], name="fk_model_triple_id"),
        sa.PrimaryKeyConstraint("id", name="pk_model"),
        sa.UniqueConstraint("project_id", "version", name="uq_model_project_id_version"),
        sa.UniqueConstraint("run_triple_id", name="uq_model_run_triple_id"),
    )
    op.create_index(
        "ix_model_algorithm_score",
        "model",
        ["project_id", "algorithm", "score", "id"],
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index(
        "ix_model_build_time", "model", ["project_id", "build_seconds", "id"], sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_index(
        "ix_model_newest", "model", ["project_id", "created_at", "id"], sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_index("ix_model_oof_blob", "model", ["oof_blob"])
    op.create_index("ix_model_run", "model", ["run_id"])
    op.create_index("ix_model_score", "model", ["project_id", "score", "id"], sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index(
        "ix_model_size", "model", ["project_id", "artifact_size", "id"], sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_index(
        "ix_model_snapshot_score", "model", ["snapshot_id", "score", "id"], sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_index(
        "ix_model_state_score",
        "model",
        ["project_id", "state", "score", "id"],
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _bucket() -> None:
    op.create_table(
        "bucket",
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("hour", TIME, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("sums", JSON, nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_bucket_model_id"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_bucket_project_id"),
        sa.PrimaryKeyConstraint("model_id", "scope", "segment", "hour", name="pk_bucket"),
    )
    op.create_index("ix_bucket_project_hour", "bucket", ["project_id", "hour"])


def _model_score() -> None:
    op.create_table(
        "model_score",
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("mean", sa.Double(), nullable=False),
        sa.Column("sd", sa.Double(), nullable=False),
        sa.Column("minimum", sa.Double(), nullable=False),
        sa.Column("maximum", sa.Double(), nullable=False),
        sa.Column("final", sa.Double()),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_model_score_model_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("model_id", "metric", name="pk_model_score"),
    )


def _picture() -> None:
    op.create_table(
        "picture",
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("blob", sa.String(length=64)),
        sa.Column("error", sa.String()),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["blob"], ["blob.sha256"], name="fk_picture_blob"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_picture_model_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("model_id", "kind", "theme", name="pk_picture"),
    )
    op.create_index("ix_picture_blob", "picture", ["blob"])


def _prediction() -> None:
    op.create_table(
        "prediction",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("features", JSON, nullable=False),
        sa.Column("base_row", JSON),
        sa.Column("label", sa.String()),
        sa.Column("value", sa.Double()),
        sa.Column("score", sa.Double()),
        sa.Column("probabilities", JSON, nullable=False),
        sa.Column("predicted_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("truth", sa.String()),
        sa.Column("truth_at", TIME),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_prediction_model_id"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_prediction_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_prediction"),
    )
    op.create_index("ix_prediction_entity", "prediction", ["project_id", "entity", "predicted_at", "id"])
    op.create_index("ix_prediction_model", "prediction", ["model_id", "predicted_at"])
    op.create_index("ix_prediction_time", "prediction", ["project_id", "predicted_at", "id"])


def _promotion() -> None:
    op.create_table(
        "promotion",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("promoted_by", sa.String(), nullable=False),
        sa.Column("promoted_at", TIME, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("against_advice", sa.Boolean(), nullable=False),
        sa.Column("evidence", JSON),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_promotion_model_id"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_promotion_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_promotion"),
    )
    op.create_index("ix_promotion_model_id", "promotion", ["model_id"])
    op.create_index("ix_promotion_scope", "promotion", ["project_id", "scope", "id"])


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("prediction_id", INTEGER, nullable=False),
        sa.Column("truth", sa.String(), nullable=False),
        sa.Column("known_at", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["prediction.id"], name="fk_feedback_prediction_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_feedback_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_known", "feedback", ["project_id", "known_at"])
    op.create_index("ix_feedback_prediction", "feedback", ["prediction_id"])
