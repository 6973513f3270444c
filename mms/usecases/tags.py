"""Tags: put on models and taken off."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import Model, ModelTag
from db.queries.models import no_model
from db.queries.projects import hold_project, live_project, project_of
from mms.domain.errors import Invalid
from mms.domain.members import Member, Permission
from mms.domain.tags import MOST_TAGS, checked_tags

MOST_MODELS = 500
"""Models that are tagged at once."""


def tag_models(
    session: Session,
    member: Member,
    model_ids: Sequence[int],
    now: datetime,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> int:
    """Put tags on models and take others off; return how many models were changed.

    Invalid: no models or tags, too many, or a tag that is none. NotFound: a model that is not there.
    """
    member.require(Permission.TRAIN)
    added, removed = checked_tags(add), checked_tags(remove)
    wanted = dict.fromkeys(model_ids)
    if not wanted or not (added or removed):
        raise Invalid("There is nothing to tag: choose one model or more, and a tag to put on or take off.")
    if len(wanted) > MOST_MODELS:
        raise Invalid(f"At most {MOST_MODELS} models are tagged at once; these are {len(wanted):,}.")
    if both := set(added) & set(removed):
        raise Invalid(f"The tag '{min(both)}' can be put on or taken off, not both.")
    rows = _held(session, list(wanted))
    borne: dict[int, dict[str, ModelTag]] = {row.id: {} for row in rows}
    for one in session.scalars(sa.select(ModelTag).where(ModelTag.model_id.in_(borne))):
        borne[one.model_id][one.tag] = one
    changed = 0
    for row in rows:
        fresh = [tag for tag in added if tag not in borne[row.id]]
        gone = [tag for tag in removed if tag in borne[row.id]]
        if len(borne[row.id]) + len(fresh) - len(gone) > MOST_TAGS:
            raise Invalid(f"A model bears at most {MOST_TAGS} tags: take some off v{row.version} first.")
        for tag in gone:
            session.delete(borne[row.id][tag])
        session.add_all(_tag(row, tag, member, now) for tag in fresh)
        if fresh or gone:
            row.touched_at = project_of(live_project(session, row.project_id)).present(now)
            changed += 1
    session.flush()
    return changed


def _held(session: Session, model_ids: list[int]) -> list[Model]:
    """The live models in their order, whose tags nobody else changes meanwhile."""
    rows = {row.id: row for row in session.scalars(sa.select(Model).where(Model.id.in_(model_ids)))}
    for model_id in model_ids:
        if model_id not in rows or rows[model_id].deleted_at is not None:
            raise no_model(model_id)
    for project_id in sorted({row.project_id for row in rows.values()}):
        hold_project(session, project_id)
    return [rows[model_id] for model_id in model_ids]


def _tag(model: Model, tag: str, member: Member, now: datetime) -> ModelTag:
    return ModelTag(
        model_id=model.id, tag=tag, project_id=model.project_id, tagged_by=member.display_name, tagged_at=now
    )
