"""The week of every project: how it is, and what happened."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db.queries.activity import feed
from db.queries.health import health
from mms.domain.activity import FeedQuery, Happening
from mms.domain.condition import ProjectWeek
from mms.domain.members import Member

WEEK = timedelta(days=7)
MOST = 100
"""Events of one project that a report lists."""

_TOLD = (Happening.COMMENT, Happening.DRAFT, Happening.FIRING, Happening.PROMOTION, Happening.RUN)
"""What managers read about; single models are in the runs."""


def week(session: Session, member: Member, now: datetime) -> list[ProjectWeek]:
    """Every live project, those that need somebody first; each by its own present, where it replays its past."""
    weeks = []
    for row in health(session, member, now):
        until = row.project.present(now)
        newest = feed(session, member, FeedQuery(row.project.id, _TOLD, limit=MOST)).events
        weeks.append(ProjectWeek(row.condition, until, tuple(e for e in newest if e.at > until - WEEK)))
    return weeks
