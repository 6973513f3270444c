"""Projects: made, edited, archived, deleted."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

import pandas as pd
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from db import physical
from db.models import FeatureTable as TableRow
from db.models import Model as ModelRow
from db.models import ModelScore as ModelScoreRow
from db.models import Project as ProjectRow
from db.models import Snapshot as SnapshotRow
from db.models import Trigger as TriggerRow
from db.queries.jobs import unfinished_jobs
from db.queries.projects import live_project, project_of
from db.queries.tables import feature_tables, find_instance_table, get_table
from mms.domain.errors import Conflict, Invalid
from mms.domain.members import Member, Permission
from mms.domain.projects import (
    Policy,
    Project,
    ProjectChanges,
    ProjectDraft,
    Task,
    checked_name,
    policy_to_json,
)
from mms.domain.scores import DEFAULT_METRIC, Metric, metric_named
from mms.domain.snapshots import MOST_DAYS
from mms.domain.tables import FeatureTable
from mms.ml.instances import class_labels
from mms.usecases.jobs import cancel_job


def create_project(session: Session, member: Member, draft: ProjectDraft, now: datetime) -> Project:
    """A new project; Conflict when a live one bears the name."""
    member.require(Permission.TRAIN)
    row = ProjectRow(
        name=_free_name(session, draft.name),
        description=draft.description,
        task=draft.task.value,
        primary_metric=metric_named(draft.primary_metric or DEFAULT_METRIC[draft.task], draft.task).name,
        positive_class=checked_positive(draft.task, draft.positive_class),
        policy=policy_to_json(_checked_policy(draft.policy)),
        owner=member.display_name,
        is_demo=draft.is_demo,
        clock=draft.clock,
        created_at=now,
        archived_at=None,
    )
    session.add(row)
    session.flush()
    return project_of(row)


def edit_project(session: Session, member: Member, project_id: int, changes: ProjectChanges) -> Project:
    """Change what is given."""
    member.require(Permission.TRAIN)
    row = live_project(session, project_id)
    if changes.name is not None and changes.name.strip() != row.name:
        row.name = _free_name(session, changes.name)
    if changes.description is not None:
        row.description = changes.description
    if changes.primary_metric is not None and changes.primary_metric != row.primary_metric:
        _rank_by(session, row, metric_named(changes.primary_metric, Task(row.task)))
    if changes.policy is not None:
        row.policy = policy_to_json(_checked_policy(changes.policy))
    if changes.owner is not None:
        row.owner = checked_name(changes.owner, "owner")
    positive = checked_positive(Task(row.task), changes.positive_class)
    if positive is not None and positive != row.positive_class:
        _refuse_positive(session, row, positive)
        row.positive_class = positive
    session.flush()
    return project_of(row)


def set_clock(session: Session, member: Member, project_id: int, clock: datetime) -> None:
    """Move a replaying project's present."""
    member.require(Permission.TRAIN)
    live_project(session, project_id).clock = clock
    session.flush()


def checked_positive(task: Task, positive: str | None) -> str | None:
    """A positive class without outer blanks, or Invalid: 1 to 80 characters, printable, of a binary project."""
    if positive is None:
        return None
    if task is not Task.BINARY:
        raise Invalid(f"Only a binary project has a positive class; this one is {task.value}: leave it out.")
    return checked_name(positive, "positive class")


def class_counts(session: Session, table: FeatureTable, target: str) -> pd.Series:
    """Rows of each class of a target, by its label."""
    return class_labels(physical.read_frame(session, table, [target])[target].dropna()).value_counts()


def check_class(positive: str | None, target: str, classes: Collection[str]) -> None:
    """Invalid where both classes of a target are known, and the positive one is neither."""
    if len(classes) == 2 and positive not in classes:
        raise Invalid(f"'{positive}' is no class of '{target}'; its classes are {' and '.join(sorted(classes))}.")


def _refuse_positive(session: Session, row: ProjectRow, positive: str) -> None:
    """Conflict where something was made without this positive class: also what lies in the bin, its answers stay.

    A snapshot needs none, so the first may be named after it.
    """
    of_project = select(ModelRow.id).where(ModelRow.project_id == row.id).limit(1)
    if row.positive_class is None and session.scalar(of_project):
        raise Conflict("Models were made without a positive class, so no score is about it: make a new project.")
    taken = select(SnapshotRow.id).where(SnapshotRow.project_id == row.id).limit(1)
    if row.positive_class is not None and (session.scalar(of_project) or session.scalar(taken)):
        raise Conflict(
            f"The positive class is '{row.positive_class}', and snapshots or models were made with it: "
            "make a new project."
        )
    declared = find_instance_table(session, row.id)
    if declared is not None:
        counts = class_counts(session, get_table(session, declared.base_table_id), declared.target)
        check_class(positive, declared.target, list(counts.index))


def archive_project(session: Session, member: Member, project_id: int, now: datetime) -> None:
    """Hide it from the lists; unarchive brings it back."""
    member.require(Permission.TRAIN)
    live_project(session, project_id).archived_at = now
    session.flush()


def unarchive_project(session: Session, member: Member, project_id: int) -> None:
    """Bring an archived project back."""
    member.require(Permission.TRAIN)
    live_project(session, project_id).archived_at = None
    session.flush()


def delete_project(session: Session, member: Member, project_id: int, now: datetime) -> None:
    """Put it in the bin with its models: its name is free at once, its jobs are cancelled, its tables dropped."""
    member.require(Permission.TRAIN)
    project = live_project(session, project_id)
    for job in unfinished_jobs(session, project_id):
        with suppress(Conflict):  # it ended just now
            cancel_job(session, member, job.id, now)
    for table in feature_tables(session, project_id):
        physical.drop(session, table)
    kinds: tuple[type[TableRow | SnapshotRow | ModelRow | TriggerRow], ...] = (
        TableRow, SnapshotRow, ModelRow, TriggerRow,
    )  # fmt: skip
    for kind in kinds:
        session.execute(
            update(kind).where(kind.project_id == project_id, kind.deleted_at.is_(None)).values(deleted_at=now)
        )
    project.deleted_at = now
    session.flush()


def _rank_by(session: Session, project: ProjectRow, metric: Metric) -> None:
    """Models are ranked by the primary metric, so all of them take its scores."""
    project.primary_metric = metric.name
    session.flush()  # a model that is being made meanwhile waits for us, or we for it
    model, score = ModelRow, ModelScoreRow
    live = (model.project_id == project.id, model.deleted_at.is_(None))
    scored = (score.model_id == model.id, score.metric == metric.name)
    unscored = session.scalar(select(func.count()).select_from(model).where(*live, ~exists().where(*scored)))
    if unscored:
        noun = "model was" if unscored == 1 else "models were"
        raise Conflict(f"{unscored:,} {noun} never scored by {metric.label} and could not be ranked: choose another.")
    mean, sd = (select(column).where(*scored).scalar_subquery() for column in (score.mean, score.sd))
    ranked = update(model).where(*live).values(score=mean, score_sd=sd)
    session.execute(ranked.execution_options(synchronize_session=False))


def _free_name(session: Session, name: str) -> str:
    name = checked_name(name, "project")
    if session.scalar(select(ProjectRow.id).where(ProjectRow.name == name, ProjectRow.deleted_at.is_(None))):
        raise Conflict(f"A project named '{name}' is there already: choose another name, or delete that project first.")
    return name


def _checked_policy(policy: Policy) -> Policy:
    if not 0 <= policy.margin < 1e9:
        raise Invalid(f"A policy's margin is a number of at least 0; it got {policy.margin:g}.")
    if policy.window_days is not None and not 1 <= policy.window_days <= MOST_DAYS:
        raise Invalid(f"A policy's training window is 1 to {MOST_DAYS:,} days; it got {policy.window_days}.")
    if policy.keep_rows_days is not None and not 1 <= policy.keep_rows_days <= MOST_DAYS:
        raise Invalid(f"A policy keeps rows 1 to {MOST_DAYS:,} days, or for ever; it got {policy.keep_rows_days}.")
    for name, days in (
        ("unused models", policy.retire_unused_days),
        ("beaten models", policy.retire_beaten_days),
        ("retired models", policy.purge_days),
    ):
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise Invalid(f"A policy leaves {name} alone for 1 to {MOST_DAYS:,} days, or for ever; it got {days}.")
    if policy.rope is not None and not 0 <= policy.rope < 1e9:
        raise Invalid(f"A policy's region of practical equivalence is a number of at least 0; it got {policy.rope:g}.")
    for name, cost in (("a false alarm", policy.false_alarm_cost), ("a miss", policy.miss_cost)):
        if not 0 <= cost < 1e12:
            raise Invalid(f"The cost of {name} is a number of at least 0; it got {cost:g}.")
    _ = policy.dealing  # refuses a group without folds by group
    return policy
