"""Buckets rolled up to calendar months: one statement, then additions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Bucket as BucketRow
from mms.domain.buckets import Sums, total
from mms.domain.decay import month_of


@dataclass(frozen=True, slots=True)
class MonthSums:
    """The sums of one model in one calendar month (UTC, its first instant)."""

    project_id: int
    model_id: int
    month: datetime
    sums: Sums


def monthly_sums(session: Session, project_ids: Sequence[int], scope: str) -> list[MonthSums]:
    """What the models of some projects answered in a scope, by project, model and month."""
    stmt = select(BucketRow.project_id, BucketRow.model_id, BucketRow.hour, BucketRow.sums).where(
        BucketRow.project_id.in_(project_ids), BucketRow.scope == scope, BucketRow.segment == ""
    )
    parts: dict[tuple[int, int, datetime], list[Sums]] = {}
    for project_id, model_id, hour, sums in session.execute(stmt):
        if sums["n"]:
            parts.setdefault((project_id, model_id, month_of(hour)), []).append(Sums.from_json(sums))
    return [MonthSums(*key, total(parts[key])) for key in sorted(parts)]
