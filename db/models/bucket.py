"""Buckets: additive sums per model, scope, segment and hour or day; and up to where the rows are counted in them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Bucket(Base):
    """One period of one model. grain: 'hour' or 'day' (UTC); the parts are coded as `mms.monitoring.sums` tells."""

    __tablename__ = "bucket"
    __table_args__ = (sa.Index("ix_bucket_project", "project_id", "grain", "start"),)

    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    segment: Mapped[str] = mapped_column(primary_key=True)
    grain: Mapped[str] = mapped_column(primary_key=True)
    start: Mapped[datetime] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    n: Mapped[int]
    labelled: Mapped[int]
    cells: Mapped[bytes]
    scores: Mapped[bytes]
    delays: Mapped[bytes]
    moments: Mapped[bytes]


class FeatureBucket(Base):
    """One feature of one model's predictions on one day (UTC): counts by the bins of the model's reference."""

    __tablename__ = "feature_bucket"
    __table_args__ = (sa.Index("ix_feature_bucket_project", "project_id", "day"),)

    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id"), primary_key=True)
    feature: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[datetime] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    n: Mapped[int]
    counts: Mapped[bytes]
    moments: Mapped[bytes]


class BucketMark(Base):
    """The watermark of a project: rows up to these ids are counted, moved in the transaction that counts them.

    drift_id: the last prediction whose features are counted. rows_from: older raw rows were dropped, their sums stay.
    """

    __tablename__ = "bucket_mark"

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), primary_key=True)
    prediction_id: Mapped[int] = mapped_column(default=0)
    feedback_id: Mapped[int] = mapped_column(default=0)
    drift_id: Mapped[int] = mapped_column(default=0)
    rows_from: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
