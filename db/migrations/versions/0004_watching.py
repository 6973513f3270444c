"""Buckets as coded sums by hour and day with a watermark; references, drift, back-tests, alerts, label requests; rules
of triggers with several conditions; snapshots on a schedule; models that retire."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
SHA = sa.String(length=64)
OPEN = sa.text("resolved_at IS NULL")


def upgrade() -> None:
    """Make the tables; the next count makes every bucket anew from the rows, which are all there."""
    _bucket()
    _feature_bucket()
    _bucket_mark()
    _prediction()
    _feedback()
    if op.get_bind().dialect.name == "sqlite":
        _ids_once("prediction", "feedback")
    _model()
    _model_reference()
    _trigger()
    _snapshot_schedule()
    _backtest()
    _alert()
    _alert_channel()
    _alert_delivery()
    _label_draw()
    _label_request()


def _bucket() -> None:
    op.drop_table("bucket")
    op.create_table(
        "bucket",
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("start", TIME, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("n", INTEGER, nullable=False),
        sa.Column("labelled", INTEGER, nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("scores", sa.LargeBinary(), nullable=False),
        sa.Column("delays", sa.LargeBinary(), nullable=False),
        sa.Column("moments", sa.LargeBinary(), nullable=False),
        _key("bucket", "model_id", "model.id"),
        _key("bucket", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("model_id", "scope", "segment", "grain", "start", name="pk_bucket"),
    )
    op.create_index("ix_bucket_project", "bucket", ["project_id", "grain", "start"])


def _feature_bucket() -> None:
    op.create_table(
        "feature_bucket",
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("day", TIME, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("n", INTEGER, nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.Column("moments", sa.LargeBinary(), nullable=False),
        _key("feature_bucket", "model_id", "model.id"),
        _key("feature_bucket", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("model_id", "feature", "day", name="pk_feature_bucket"),
    )
    op.create_index("ix_feature_bucket_project", "feature_bucket", ["project_id", "day"])


def _bucket_mark() -> None:
    op.create_table(
        "bucket_mark",
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("prediction_id", INTEGER, nullable=False),
        sa.Column("feedback_id", INTEGER, nullable=False),
        sa.Column("drift_id", INTEGER, nullable=False),
        sa.Column("rows_from", TIME),
        sa.Column("counted_at", TIME),
        _key("bucket_mark", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("project_id", name="pk_bucket_mark"),
    )


def _prediction() -> None:
    op.add_column("prediction", sa.Column("expected_absolute", sa.Double()))
    op.add_column("prediction", sa.Column("expected_squared", sa.Double()))
    op.create_index("ix_prediction_order", "prediction", ["project_id", "id"])


def _feedback() -> None:
    op.add_column("feedback", sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("feedback", sa.Column("replaced", sa.String()))
    op.add_column("feedback", sa.Column("replaced_at", TIME))
    with op.batch_alter_table("feedback") as table:
        table.alter_column("counts", server_default=None)
    op.create_index("ix_feedback_order", "feedback", ["project_id", "id"])


def _model() -> None:
    op.add_column("model", sa.Column("retired_at", TIME))
    op.add_column("model", sa.Column("retired_because", sa.String()))
    op.add_column("model", sa.Column("purged_at", TIME))


def _model_reference() -> None:
    op.create_table(
        "model_reference",
        sa.Column("model_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("blob", SHA),
        sa.Column("error", sa.String()),
        sa.Column("created_at", TIME, nullable=False),
        _key("model_reference", "model_id", "model.id", ondelete="CASCADE"),
        _key("model_reference", "blob", "blob.sha256"),
        sa.PrimaryKeyConstraint("model_id", "kind", name="pk_model_reference"),
    )
    op.create_index("ix_model_reference_blob", "model_reference", ["blob"])


def _trigger() -> None:
    op.add_column("trigger", sa.Column("name", sa.String(), nullable=False, server_default=""))
    op.add_column("trigger", sa.Column("scope", sa.String(), nullable=False, server_default="global"))
    op.add_column("trigger", sa.Column("rule", JSON, nullable=False, server_default="{}"))
    op.add_column("trigger", sa.Column("armed", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("trigger", sa.Column("ticks", JSON, nullable=False, server_default="[]"))
    rows = op.get_bind().execute(sa.text('SELECT id, kind, threshold, cooldown_days FROM "trigger"')).mappings().all()
    changed = sa.table("trigger", sa.column("id", INTEGER), sa.column("name", sa.String()), sa.column("rule", JSON))
    for row in rows:
        op.execute(changed.update().where(changed.c.id == row["id"]).values(name=row["kind"], rule=_rule(dict(row))))
    with op.batch_alter_table("trigger") as table:
        for name in ("kind", "threshold", "cooldown_days"):
            table.drop_column(name)
        for name in ("name", "scope", "rule", "armed", "ticks"):
            table.alter_column(name, server_default=None)
    op.add_column("firing", sa.Column("gain", JSON))


def _rule(row: dict[str, Any]) -> dict[str, Any]:
    conditions = [{"kind": row["kind"], "threshold": row["threshold"]}]
    return {"conditions": conditions, "needs": "any", "cooldown_days": row["cooldown_days"]}


def _snapshot_schedule() -> None:
    op.create_table(
        "snapshot_schedule",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("cron", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("selection", JSON, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("last_snapshot_id", INTEGER),
        sa.Column("outcome", sa.String()),
        sa.Column("deleted_at", TIME),
        _key("snapshot_schedule", "project_id", "project.id"),
        _key("snapshot_schedule", "last_snapshot_id", "snapshot.id"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot_schedule"),
    )
    op.create_index("ix_snapshot_schedule_project", "snapshot_schedule", ["project_id"])
    op.create_index("ix_snapshot_schedule_last_snapshot_id", "snapshot_schedule", ["last_snapshot_id"])


def _backtest() -> None:
    op.create_table(
        "backtest",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("job_id", INTEGER),
        sa.Column("request", JSON, nullable=False),
        sa.Column("losses_blob", SHA),
        sa.Column("error", sa.String()),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _key("backtest", "project_id", "project.id"),
        _key("backtest", "job_id", "job.id"),
        _key("backtest", "losses_blob", "blob.sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_backtest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_backtest_project", "backtest", ["project_id", "id"])
    op.create_index("ix_backtest_losses_blob", "backtest", ["losses_blob"])
    op.create_table(
        "backtest_fit",
        sa.Column("backtest_id", INTEGER, nullable=False),
        sa.Column("period", INTEGER, nullable=False),
        sa.Column("losses_blob", SHA, nullable=False),
        sa.ForeignKeyConstraint(
            ["backtest_id"], ["backtest.id"], name="fk_backtest_fit_backtest_id", ondelete="CASCADE"
        ),
        _key("backtest_fit", "losses_blob", "blob.sha256"),
        sa.PrimaryKeyConstraint("backtest_id", "period", name="pk_backtest_fit"),
    )
    op.create_index("ix_backtest_fit_losses_blob", "backtest_fit", ["losses_blob"])


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("since", TIME),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("acknowledged_by", sa.String()),
        sa.Column("acknowledged_at", TIME),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("snoozed_by", sa.String()),
        sa.Column("snoozed_until", TIME),
        sa.Column("resolved_at", TIME),
        _key("alert", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    op.create_index("ix_alert_project", "alert", ["project_id", "id"])
    op.create_index(
        "uq_alert_open_key", "alert", ["project_id", "key"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _alert_channel() -> None:
    op.create_table(
        "alert_channel",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        _key("alert_channel", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_channel"),
    )
    op.create_index("ix_alert_channel_project", "alert_channel", ["project_id"])


def _alert_delivery() -> None:
    op.create_table(
        "alert_delivery",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("alert_id", INTEGER, nullable=False),
        sa.Column("channel_id", INTEGER, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", INTEGER, nullable=False),
        sa.Column("next_try_at", TIME, nullable=False),
        sa.Column("error", sa.String()),
        sa.Column("delivered_at", TIME),
        _key("alert_delivery", "alert_id", "alert.id"),
        _key("alert_delivery", "channel_id", "alert_channel.id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_delivery"),
        sa.UniqueConstraint("alert_id", "channel_id", "event", name="uq_alert_delivery_alert_id_channel_id_event"),
    )
    op.create_index("ix_alert_delivery_due", "alert_delivery", ["state", "next_try_at"])


def _label_draw() -> None:
    op.create_table(
        "label_draw",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("project_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("frame_n", INTEGER, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        _key("label_draw", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("id", name="pk_label_draw"),
        sa.UniqueConstraint("project_id", "number", name="uq_label_draw_project_id_number"),
    )


def _label_request() -> None:
    op.create_table(
        "label_request",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("draw_id", INTEGER, nullable=False),
        sa.Column("prediction_id", INTEGER, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("skips", INTEGER, nullable=False),
        sa.Column("reserved_by", sa.String()),
        sa.Column("reserved_at", TIME),
        sa.Column("answered_by", sa.String()),
        sa.Column("answered_at", TIME),
        _key("label_request", "draw_id", "label_draw.id"),
        _key("label_request", "prediction_id", "prediction.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_label_request"),
        sa.UniqueConstraint("prediction_id", name="uq_label_request_prediction_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_label_request_draw", "label_request", ["draw_id", "position"])


def _ids_once(*tables: str) -> None:
    """SQLite gives the newest id once more when its row is deleted, unless the table says AUTOINCREMENT.

    It takes a new table. Dropping the old one would take the rows that refer to it along: so parents come first, all
    rows move, and the old tables are dropped children first, when nothing refers to them any more.
    """
    run = op.get_bind().exec_driver_sql
    schema = "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"
    found = {table: run(schema, (table,)).scalars().all() for table in tables}  # the table, then its indexes
    for table, (made, *_) in found.items():
        run(f"ALTER TABLE {table} RENAME TO {table}_before")
        run(
            made.replace(
                f"CONSTRAINT pk_{table} PRIMARY KEY (id)", f"CONSTRAINT pk_{table} PRIMARY KEY (id AUTOINCREMENT)"
            )
        )
        run(f"INSERT INTO {table} SELECT * FROM {table}_before")
    for table, (_, *indexes) in reversed(found.items()):
        run(f"DROP TABLE {table}_before")
        for index in indexes:
            run(index)


def _key(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)
