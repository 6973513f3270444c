"""The activity feed: a query over what is stored anyway, one statement a kind and project, along its newest rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models import Comment as CommentRow
from db.models import Firing as FiringRow
from db.models import Member as MemberRow
from db.models import Model as ModelRow
from db.models import Project as ProjectRow
from db.models import Promotion as PromotionRow
from db.models import PromotionDraft as DraftRow
from db.models import Run as RunRow
from db.models import Snapshot as SnapshotRow
from db.models import Trigger as TriggerRow
from db.models import Watch as WatchRow
from db.queries.subjects import names_of
from mms.domain.activity import Event, Feed, FeedQuery, Happening, excerpt, page_of
from mms.domain.drafts import DraftState
from mms.domain.members import PRODUCT, Member, Permission
from mms.domain.promotions import GLOBAL
from mms.domain.subjects import Subject, SubjectKind

_Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Source:
    """One kind of event in its table.

    by: the sign-in or display name in the row. subjects: which column names the thing of that kind. more: columns that
    the words need. words: of a row; subject: where to read on.
    """

    table: Any
    at: InstrumentedAttribute[Any]
    by: Any
    subjects: Mapping[SubjectKind, Any]
    more: Sequence[Any]
    words: Callable[[_Columns], str]
    subject: Callable[[_Columns], Subject]
    where: tuple[Any, ...] = ()


def feed(session: Session, member: Member, query: FeedQuery) -> Feed:
    """What happened in the live projects that the member may see."""
    member.require(Permission.VIEW)
    live = sa.select(ProjectRow.id).where(ProjectRow.deleted_at.is_(None))
    ids = session.scalars(live).all() if query.project_id is None else [query.project_id]
    kinds = query.kinds or tuple(Happening)
    asked = [replace(query, project_id=id_) for id_ in ids]
    page = page_of([_events(session, kind, one) for kind in kinds for one in asked], query.limit)
    said = names_of(session, (event.subject for event in page.events if event.kind is Happening.COMMENT))
    return replace(page, events=tuple(_said(event, said) for event in page.events))


def news(session: Session, member: Member) -> int:
    """How many things that others did concern what the member watches, since the member last read the news."""
    watched = session.scalars(sa.select(WatchRow).where(WatchRow.member_id == member.id)).all()
    if not watched:
        return 0
    counts = []
    for source in _SOURCES.values():
        fits = [
            sa.and_(source.at > watch.seen_at, about)
            for watch in watched
            if (about := _about(source, Subject(SubjectKind(watch.subject), watch.subject_id))) is not None
        ]
        stmt = sa.select(sa.func.count()).select_from(source.table).where(sa.or_(sa.false(), *fits), *source.where)
        counts.append(stmt.where(source.by.not_in([member.name, member.display_name])).scalar_subquery())
    return sum(session.execute(sa.select(*counts)).one())


def _said(event: Event, names: Mapping[Subject, str]) -> Event:
    """A comment's event with the name of what it is about; others as they are."""
    if event.kind is not Happening.COMMENT:
        return event
    about = names.get(event.subject, f"a {event.subject.kind.value} that was deleted since")
    return replace(event, words=f"wrote about {about}: {event.words}")


def _events(session: Session, kind: Happening, query: FeedQuery) -> list[Event]:
    source = _SOURCES[kind]
    table = source.table
    signed = sa.func.coalesce(MemberRow.display_name, source.by)
    stmt = (
        sa.select(
            table.id, table.project_id, source.at.label("at"), ProjectRow.name.label("project"), signed.label("by"),
            *source.more,
        )
        .select_from(table)
        .join(ProjectRow, sa.and_(ProjectRow.id == table.project_id, ProjectRow.deleted_at.is_(None)))
        .outerjoin(MemberRow, MemberRow.name == source.by)
        .where(table.project_id == query.project_id, *source.where)
        .order_by(source.at.desc(), table.id.desc())
        .limit(query.limit + 1)
    )  # fmt: skip
    for target in {column.class_ for column in source.more if isinstance(column, InstrumentedAttribute)} - {table}:
        stmt = stmt.join(target, target.id == getattr(table, f"{target.__tablename__}_id"))
    if query.by is not None:
        stmt = stmt.where(signed == query.by)
    if query.subjects is not None:
        fits = [about for subject in query.subjects if (about := _about(source, subject)) is not None]
        stmt = stmt.where(sa.or_(sa.false(), *fits))
    if query.after is not None:
        stmt = stmt.where(_older(source, kind, query))
    return [_event(kind, source, dict(row._mapping)) for row in session.execute(stmt)]


def _older(source: _Source, kind: Happening, query: FeedQuery) -> Any:
    """What stands after the last event of the page before: by time, kind and id."""
    assert query.after is not None
    at, last = source.at, query.after
    if kind > last.kind:
        return at < last.at
    if kind < last.kind:
        return at <= last.at
    return sa.or_(at < last.at, sa.and_(at == last.at, source.table.id < last.id))


def _about(source: _Source, subject: Subject) -> Any | None:
    if subject.kind is SubjectKind.PROJECT:
        return source.table.project_id == subject.id
    if source.table is CommentRow:
        return sa.and_(CommentRow.subject == subject.kind.value, CommentRow.subject_id == subject.id)
    column = source.subjects.get(subject.kind)
    return None if column is None else column == subject.id


def _event(kind: Happening, source: _Source, row: _Columns) -> Event:
    return Event(
        kind, row["id"], row["at"], row["project_id"], row["project"], row["by"], source.words(row), source.subject(row)
    )


def _of(kind: SubjectKind, column: str) -> Callable[[_Columns], Subject]:
    return lambda row: Subject(kind, row[column])


def _model(row: _Columns) -> str:
    return f"v{row['version']} {row['algorithm']}"


def _seat(row: _Columns) -> str:
    return "" if row["scope"] == GLOBAL else f" in '{row['scope']}'"


_DRAFT_WORDS: Mapping[str, str] = {
    DraftState.DRAFT.value: "drafted the promotion of {}",
    DraftState.REQUESTED.value: "asked to promote {}",
    DraftState.SCHEDULED.value: "prepared the promotion of {}; it has a date",
    DraftState.PUBLISHED.value: "prepared the promotion of {}; it was made",
    DraftState.REFUSED.value: "asked to promote {}, which was refused",
    DraftState.WITHDRAWN.value: "prepared the promotion of {}; it was withdrawn",
    DraftState.FAILED.value: "prepared the promotion of {}; it failed",
}

_SOURCES: Mapping[Happening, _Source] = {
    Happening.COMMENT: _Source(
        CommentRow, CommentRow.created_at, CommentRow.author, {},
        (CommentRow.text, CommentRow.subject, CommentRow.subject_id),
        lambda row: f"“{excerpt(row['text'])}”",
        lambda row: Subject(SubjectKind(row["subject"]), row["subject_id"]),
        (CommentRow.deleted_at.is_(None),),
    ),
    Happening.DRAFT: _Source(
        DraftRow, DraftRow.drafted_at, DraftRow.drafted_by, {SubjectKind.MODEL: DraftRow.model_id},
        (DraftRow.state, DraftRow.model_id, DraftRow.reason, ModelRow.version, ModelRow.algorithm),
        lambda row: f"{_DRAFT_WORDS[row['state']].format(_model(row))}: “{excerpt(row['reason'])}”",
        _of(SubjectKind.MODEL, "model_id"),
    ),
    Happening.FIRING: _Source(
        FiringRow, FiringRow.fired_at, sa.literal(PRODUCT.display_name), {},
        (FiringRow.outcome, TriggerRow.name),
        lambda row: f"fired a trigger ({row['name']}): {row['outcome'] or 'nothing came of it yet'}",
        _of(SubjectKind.PROJECT, "project_id"),
    ),
    Happening.MODEL: _Source(
        ModelRow, ModelRow.created_at, ModelRow.owner,
        {SubjectKind.MODEL: ModelRow.id, SubjectKind.RUN: ModelRow.run_id, SubjectKind.SNAPSHOT: ModelRow.snapshot_id},
        (ModelRow.version, ModelRow.algorithm),
        lambda row: f"built {_model(row)}",
        _of(SubjectKind.MODEL, "id"),
        (ModelRow.deleted_at.is_(None),),
    ),
    Happening.PROMOTION: _Source(
        PromotionRow, PromotionRow.promoted_at, PromotionRow.promoted_by, {SubjectKind.MODEL: PromotionRow.model_id},
        (PromotionRow.scope, PromotionRow.model_id, PromotionRow.reason, ModelRow.version, ModelRow.algorithm),
        lambda row: f"made {_model(row)} champion{_seat(row)}: “{excerpt(row['reason'])}”",
        _of(SubjectKind.MODEL, "model_id"),
    ),
    Happening.PURGE: _Source(
        ModelRow, ModelRow.purged_at, sa.literal(PRODUCT.display_name), {SubjectKind.MODEL: ModelRow.id},
        (ModelRow.version, ModelRow.algorithm, ModelRow.retired_at),
        lambda row: f"purged {_model(row)}: it was retired on {row['retired_at']:%Y-%m-%d}",
        _of(SubjectKind.MODEL, "id"),
        (ModelRow.purged_at.is_not(None), ModelRow.deleted_at.is_(None)),
    ),
    Happening.RETIREMENT: _Source(
        ModelRow, ModelRow.retired_at, sa.literal(PRODUCT.display_name), {SubjectKind.MODEL: ModelRow.id},
        (ModelRow.version, ModelRow.algorithm, ModelRow.retired_because),
        lambda row: f"retired {_model(row)}: {row['retired_because']}",
        _of(SubjectKind.MODEL, "id"),
        (ModelRow.retired_because.is_not(None), ModelRow.deleted_at.is_(None)),
    ),
    Happening.RUN: _Source(
        RunRow, RunRow.created_at, RunRow.launched_by,
        {SubjectKind.RUN: RunRow.id, SubjectKind.SNAPSHOT: RunRow.snapshot_id},
        (RunRow.number, RunRow.kind, RunRow.state),
        lambda row: f"launched run {row['number']} ({row['kind']}): {row['state']}",
        _of(SubjectKind.RUN, "id"),
    ),
    Happening.SNAPSHOT: _Source(
        SnapshotRow, SnapshotRow.created_at, SnapshotRow.taken_by, {SubjectKind.SNAPSHOT: SnapshotRow.id},
        (SnapshotRow.number, SnapshotRow.row_count),
        lambda row: f"took snapshot {row['number']} of {row['row_count']:,} rows",
        _of(SubjectKind.SNAPSHOT, "id"),
        (SnapshotRow.deleted_at.is_(None),),
    ),
}  # fmt: skip
"""Where each kind of event is stored, and how it is told."""
