"""Runs and the triples in them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Run(Base):
    """One launch. request: the snapshot a retraining takes first, and its search space, as JSON.

    reference: the global champion on the rows of a scope's run, as JSON.
    """

    __tablename__ = "run"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "number"),
        sa.Index("ix_run_project", "project_id", "id"),
        sa.Index("ix_run_snapshot", "snapshot_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    number: Mapped[int]
    kind: Mapped[str]
    state: Mapped[str]
    snapshot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("snapshot.id"))
    scope: Mapped[str] = mapped_column(default="global")
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job.id"))
    firing_id: Mapped[int | None] = mapped_column(sa.ForeignKey("firing.id"))
    request: Mapped[dict[str, Any]]
    seed: Mapped[int] = mapped_column(default=0)
    triples: Mapped[int]
    launched_by: Mapped[str]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]
    verdict: Mapped[str | None]
    reference: Mapped[dict[str, Any] | None]


class RunTriple(Base):
    """One triple of a run and what became of it. newest: evidence on the newest rows (retraining), as JSON."""

    __tablename__ = "run_triple"
    __table_args__ = (sa.UniqueConstraint("run_id", "triple_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"))
    triple_id: Mapped[int] = mapped_column(sa.ForeignKey("triple.id"))
    position: Mapped[int]
    origin: Mapped[str]
    state: Mapped[str]
    error: Mapped[str | None]
    newest: Mapped[dict[str, Any] | None]
    note: Mapped[str | None]


class FoldResult(Base):
    """One fit on one fold (fold -1: the final fit). Scores by metric name, greater is better.

    oof_blob: the fold's answers out of fold and its importances, until the model holds those of all folds.
    """

    __tablename__ = "fold_result"

    run_triple_id: Mapped[int] = mapped_column(sa.ForeignKey("run_triple.id", ondelete="CASCADE"), primary_key=True)
    fold: Mapped[int] = mapped_column(primary_key=True)
    n_train: Mapped[int]
    n_validate: Mapped[int]
    fit_seconds: Mapped[float]
    score_seconds: Mapped[float]
    scores: Mapped[dict[str, Any]]
    train_scores: Mapped[dict[str, Any]]
    oof_blob: Mapped[str | None] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    feature_seconds: Mapped[float] = mapped_column(default=0.0, server_default=sa.text("0"))
    features: Mapped[int | None]
    peak_bytes: Mapped[int | None]
