"""The search box: projects, models, runs, snapshots, recipes, segments and comments, one statement each."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import Comment as CommentRow
from db.models import Model as ModelRow
from db.models import ModelTag as TagRow
from db.models import Project as ProjectRow
from db.models import Recipe as RecipeRow
from db.models import Run as RunRow
from db.models import Segment as SegmentRow
from db.models import Snapshot as SnapshotRow
from db.texts import holds
from mms.domain.finds import MOST, Find, FindKind, FoundGroup, around, checked_text, number_in
from mms.domain.members import Member, Permission
from mms.domain.segments import conditions_from_json, rule_words

_Rows = list[Find]


def found(session: Session, member: Member, text: str) -> list[FoundGroup]:
    """What the text names in the live projects that the member may see, by kind; kinds without any are left out."""
    member.require(Permission.VIEW)
    wanted = checked_text(text)
    groups = []
    for kind in FindKind:
        finds = _LOOKS[kind](session, wanted)
        if finds:
            groups.append(FoundGroup(kind, tuple(finds[:MOST]), len(finds) > MOST))
    return groups


def _of(table: Any, *more: Any) -> sa.Select[Any]:
    """Rows of live projects with the project's name, newest first, one more than is shown."""
    live = sa.and_(ProjectRow.id == table.project_id, ProjectRow.deleted_at.is_(None))
    stmt = sa.select(table, ProjectRow.name, *more).join(ProjectRow, live).order_by(table.id.desc()).limit(MOST + 1)
    return stmt.where(table.deleted_at.is_(None)) if hasattr(table, "deleted_at") else stmt


def _projects(session: Session, wanted: str) -> _Rows:
    row = ProjectRow
    stmt = sa.select(row).where(row.deleted_at.is_(None), holds(row.name, wanted) | holds(row.description, wanted))
    stmt = stmt.order_by(row.name).limit(MOST + 1)
    return [
        Find(FindKind.PROJECT, p.id, p.id, p.name, p.name, around(p.description, wanted) or f"{p.task} project")
        for p in session.scalars(stmt)
    ]


def _models(session: Session, wanted: str) -> _Rows:
    row, tagged = ModelRow, sa.select(TagRow.model_id).where(holds(TagRow.tag, wanted))
    fits = holds(row.algorithm, wanted) | holds(row.description, wanted) | row.id.in_(tagged)
    version = number_in(wanted, FindKind.MODEL)
    if version is not None:
        fits |= row.version == version
    tags = sa.select(sa.func.aggregate_strings(TagRow.tag, ", ")).where(TagRow.model_id == row.id)
    finds = []
    for model, project, words in session.execute(_of(row, tags.scalar_subquery()).where(fits)):
        told = [f"tagged {words}"] if words else []
        told += [around(model.description, wanted)] if model.description else []
        title = f"v{model.version} {model.algorithm}"
        finds.append(
            Find(FindKind.MODEL, model.id, model.project_id, project, title, " · ".join(told) or f"a {model.state}")
        )
    return finds


def _runs(session: Session, wanted: str) -> _Rows:
    row = RunRow
    fits = holds(row.launched_by, wanted) | holds(row.kind, wanted)
    number = number_in(wanted, FindKind.RUN)
    if number is not None:
        fits |= row.number == number
    return [
        Find(
            FindKind.RUN, run.id, run.project_id, project, f"run {run.number}",
            f"{run.kind}, {run.state}, launched by {run.launched_by}",
        )
        for run, project in session.execute(_of(row).where(fits))
    ]  # fmt: skip


def _snapshots(session: Session, wanted: str) -> _Rows:
    row = SnapshotRow
    fits = holds(row.taken_by, wanted) | row.content_hash.startswith(wanted.lower(), autoescape=True)
    number = number_in(wanted, FindKind.SNAPSHOT)
    if number is not None:
        fits |= row.number == number
    return [
        Find(
            FindKind.SNAPSHOT, snapshot.id, snapshot.project_id, project, f"snapshot {snapshot.number}",
            f"{snapshot.row_count:,} rows, {snapshot.content_hash[:7]}, taken by {snapshot.taken_by}",
        )
        for snapshot, project in session.execute(_of(row).where(fits))
    ]  # fmt: skip


def _recipes(session: Session, wanted: str) -> _Rows:
    stmt = _of(RecipeRow).where(holds(RecipeRow.name, wanted))
    return [
        Find(
            FindKind.RECIPE, recipe.id, recipe.project_id, project, f"{recipe.name}, version {recipe.version}",
            f"stored by {recipe.created_by}",
        )
        for recipe, project in session.execute(stmt)
    ]  # fmt: skip


def _segments(session: Session, wanted: str) -> _Rows:
    stmt = _of(SegmentRow).where(holds(SegmentRow.name, wanted) | holds(SegmentRow.description, wanted))
    return [
        Find(
            FindKind.SEGMENT, segment.id, segment.project_id, project, segment.name,
            rule_words(conditions_from_json(segment.conditions)),
        )
        for segment, project in session.execute(stmt)
    ]  # fmt: skip


def _comments(session: Session, wanted: str) -> _Rows:
    return [
        Find(
            FindKind.COMMENT, comment.id, comment.project_id, project, f"a comment on a {comment.subject}",
            around(comment.text, wanted), (comment.subject, comment.subject_id),
        )
        for comment, project in session.execute(_of(CommentRow).where(holds(CommentRow.text, wanted)))
    ]  # fmt: skip


_LOOKS: Mapping[FindKind, Callable[[Session, str], _Rows]] = {
    FindKind.PROJECT: _projects,
    FindKind.MODEL: _models,
    FindKind.RUN: _runs,
    FindKind.SNAPSHOT: _snapshots,
    FindKind.RECIPE: _recipes,
    FindKind.SEGMENT: _segments,
    FindKind.COMMENT: _comments,
}
