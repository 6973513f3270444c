"""Tags of one model."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import ModelTag


def tags_of(session: Session, model_id: int) -> tuple[str, ...]:
    """The tags that a model bears, by name."""
    return tuple(session.scalars(select(ModelTag.tag).where(ModelTag.model_id == model_id).order_by(ModelTag.tag)))
