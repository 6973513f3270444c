"""Models, as the model table lists them, and their score summaries."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import LIVE, Base, Deletable


def _live_index(name: str, *columns: str) -> sa.Index:
    """An index over live rows. Ends in the id that breaks ties, and is read forwards or backwards as a whole."""
    return sa.Index(name, *columns, sqlite_where=LIVE, postgresql_where=LIVE)


class Model(Deletable, Base):
    """A triple fitted on a whole snapshot. score, score_sd: primary metric over the folds, stored units.

    scope: whose rows it learnt from. parent_id: the model it is a refit or an update of.
    """

    __tablename__ = "model"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "version"),
        _live_index("ix_model_score", "project_id", "score", "id"),
        _live_index("ix_model_algorithm_score", "project_id", "algorithm", "score", "id"),
        _live_index("ix_model_state_score", "project_id", "state", "score", "id"),
        _live_index("ix_model_snapshot_score", "snapshot_id", "score", "id"),
        _live_index("ix_model_newest", "project_id", "created_at", "id"),
        _live_index("ix_model_build_time", "project_id", "build_seconds", "id"),
        _live_index("ix_model_size", "project_id", "artifact_size", "id"),
        sa.Index("ix_model_run", "run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    version: Mapped[int]
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"))
    run_triple_id: Mapped[int] = mapped_column(sa.ForeignKey("run_triple.id"), unique=True)
    snapshot_id: Mapped[int] = mapped_column(sa.ForeignKey("snapshot.id"))
    triple_id: Mapped[int] = mapped_column(sa.ForeignKey("triple.id"))
    artifact_id: Mapped[int] = mapped_column(sa.ForeignKey("artifact.id"))
    oof_blob: Mapped[str] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    algorithm: Mapped[str]
    recipe: Mapped[str]
    hyperparameters: Mapped[dict[str, Any]]
    state: Mapped[str]
    score: Mapped[float]
    score_sd: Mapped[float]
    build_seconds: Mapped[float]
    artifact_size: Mapped[int]
    threshold: Mapped[float | None]
    holdout: Mapped[dict[str, Any] | None]
    seed: Mapped[int]
    owner: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    scope: Mapped[str] = mapped_column(default="global", server_default="global")
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("model.id"), index=True)
    importances_blob: Mapped[str | None] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    retired_at: Mapped[datetime | None]
    retired_because: Mapped[str | None]
    purged_at: Mapped[datetime | None]


class ModelScore(Base):
    """One metric of a model over its folds, stored units; `final` is the optimistic score of the final fit."""

    __tablename__ = "model_score"
    __table_args__ = (sa.Index("ix_model_score_metric", "project_id", "metric", "mean", "model_id"),)

    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id", ondelete="CASCADE"), primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[int]
    mean: Mapped[float]
    sd: Mapped[float]
    minimum: Mapped[float]
    maximum: Mapped[float]
    final: Mapped[float | None]
