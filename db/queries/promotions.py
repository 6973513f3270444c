"""Champions now and then."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mms.domain.models import RankedModel
from mms.domain.promotions import Evidence, Promotion, Verdict


@dataclass(frozen=True, slots=True)
class Champion:
    """A seat: the promotion that filled it, and the model in it."""

    promotion: Promotion
    model: RankedModel


def champions(session: Session, project_id: int, as_of: datetime | None = None) -> list[Champion]:
    """The champion of every scope, global first, as of a moment (default: now)."""
    raise NotImplementedError


def find_champion(session: Session, project_id: int, scope: str = "global") -> Champion | None:
    """The champion of one scope."""
    raise NotImplementedError


def promotions(session: Session, project_id: int, limit: int = 100) -> list[Promotion]:
    """The ledger, newest first."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Advice:
    """What stands beside the promote button: champion, evidence on the same newest rows, and the verdict."""

    champion: Champion | None
    evidence: Evidence | None
    verdict: Verdict


def advice_for(session: Session, model_id: int, scope: str = "global") -> Advice:
    """Judge a model against the scope's champion on the same newest rows (see `judge`)."""
    raise NotImplementedError
