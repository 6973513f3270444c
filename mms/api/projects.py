"""Projects: made, changed, and how well they are."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import decay, jobs
from db.queries import projects as queries
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.files import FILE_BODY, SentFile
from mms.api.snapshots import HeldOut
from mms.domain.projects import Policy, ProjectChanges, ProjectDraft, PromotionPolicy, Task
from mms.domain.snapshots import FoldKind
from mms.domain.tables import FileProject, column_types
from mms.usecases.projects import archive_project, create_project, delete_project, edit_project, unarchive_project
from mms.usecases.tables import project_from_file

router = APIRouter(tags=["projects"])

_USUAL = Policy()


class Draft(BaseModel):
    """A project to make, without data yet; what is left out takes the task's default."""

    model_config = ConfigDict(extra="forbid")
    name: str
    task: Task
    description: str = Field("", max_length=10_000)
    primary_metric: str | None = None
    positive_class: str | None = None


class OfFile(BaseModel):
    """A project to make of the file in the body; what is left out is inferred, an empty time says there is none."""

    model_config = ConfigDict(extra="forbid")
    name: str
    target: str = Field(description="the column to predict")
    key: list[str] | None = Field(None, description="columns of the entity key")
    time: str | None = Field(None, description="the column with the prediction time")
    label_time: str | None = Field(None, description="the column that says when the label became known")
    type: list[str] = Field([], description="COLUMN=TYPE, instead of the inferred type")
    task: Task | None = None
    positive_class: str | None = None
    table: str = Field("base", description="name of the base table")


class PolicyRules(BaseModel):
    """How a project decides, as a whole."""

    model_config = ConfigDict(extra="forbid")
    margin: float = _USUAL.margin
    promotion: PromotionPolicy = _USUAL.promotion
    window_days: int | None = _USUAL.window_days
    rope: float | None = Field(None, description="differences up to this are practically equal; null: the default")
    folds: FoldKind | None = Field(None, description="how snapshots deal rows; null: what suits them")
    fold_group: str | None = Field(None, max_length=200, description="the column of folds by group")
    holdout: HeldOut | None = Field(None, description="what snapshots hold out; null: nothing")
    false_alarm_cost: float = Field(_USUAL.false_alarm_cost, description="of one case flagged wrongly, in any unit")
    miss_cost: float = Field(_USUAL.miss_cost, description="of one case that was not flagged, in the same unit")
    keep_rows_days: int | None = Field(None, description="older predictions are dropped, their sums stay; null: never")

    retire_unused_days: int | None = Field(None, description="retire models that nobody asked for so long; null: never")
    retire_beaten_days: int | None = Field(None, description="retire models that were beaten so long ago; null: never")
    purge_days: int | None = Field(None, description="drop the bytes of models retired for so long; null: never")

    @property
    def policy(self) -> Policy:
        """The domain's policy."""
        held = self.holdout.plan if self.holdout else None
        return Policy(
            self.margin,
            self.promotion,
            self.window_days,
            self.rope,
            self.folds,
            self.fold_group,
            held,
            self.false_alarm_cost,
            self.miss_cost,
            self.keep_rows_days,
            self.retire_unused_days,
            self.retire_beaten_days,
            self.purge_days,
        )


class Changes(BaseModel):
    """What to change of a project; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = None
    description: str | None = Field(None, max_length=10_000)
    primary_metric: str | None = None
    policy: PolicyRules | None = None
    owner: str | None = None
    positive_class: str | None = Field(
        None, description="of a binary project, until a snapshot or model is made with it"
    )


@router.get("/projects")
def projects(member: CurrentMember, archived: bool = False) -> Response:
    """Live projects by name; archived ones too when asked for."""
    with reading() as session:
        return answer({"projects": queries.projects(session, member, archived=archived)})


@router.post("/projects", status_code=201)
def create(body: Draft, member: CurrentMember, now: Now) -> Response:
    """Make a project; its tables and its declaration follow."""
    draft = ProjectDraft(body.name, body.task, body.description, body.primary_metric, body.positive_class)
    with acknowledged() as session:
        return answer({"project": create_project(session, member, draft, now)}, 201)


@router.post("/projects/from-file", status_code=201, openapi_extra=FILE_BODY)
def create_from_file(of: Annotated[OfFile, Query()], member: CurrentMember, now: Now, file: SentFile) -> Response:
    """Make a project of one CSV or Parquet file (the body) and one target."""
    source = FileProject(
        name=of.name,
        file=file,
        target=of.target,
        key=tuple(of.key) if of.key else None,
        time=of.time,
        label_time=of.label_time,
        types=column_types(of.type),
        task=of.task,
        positive_class=of.positive_class,
        table=of.table,
    )
    with acknowledged() as session:
        return answer({"project": project_from_file(session, member, source, now)}, 201)


@router.get("/projects/{project}")
def project(project: str, member: CurrentMember) -> Response:
    """One project by name or id."""
    with reading() as session:
        return answer({"project": queries.get_project_named(session, member, project)})


@router.patch("/projects/{project}")
def edit(project: str, body: Changes, member: CurrentMember) -> Response:
    """Change a project."""
    policy = None if body.policy is None else body.policy.policy
    changes = ProjectChanges(body.name, body.description, body.primary_metric, policy, body.owner, body.positive_class)
    with acknowledged() as session:
        opened = queries.get_project_named(session, member, project)
        return answer({"project": edit_project(session, member, opened.id, changes)})


@router.post("/projects/{project}/archive")
def archive(project: str, member: CurrentMember, now: Now) -> Response:
    """Hide a project from the lists."""
    with acknowledged() as session:
        opened = queries.get_project_named(session, member, project)
        archive_project(session, member, opened.id, now)
        return answer({"project": opened.id})


@router.post("/projects/{project}/unarchive")
def unarchive(project: str, member: CurrentMember) -> Response:
    """Bring an archived project back."""
    with acknowledged() as session:
        opened = queries.get_project_named(session, member, project)
        unarchive_project(session, member, opened.id)
        return answer({"project": opened.id})


@router.delete("/projects/{project}")
def delete(project: str, member: CurrentMember, now: Now) -> Response:
    """Put a project in the bin with all it holds; its name is free at once."""
    with acknowledged() as session:
        opened = queries.get_project_named(session, member, project)
        delete_project(session, member, opened.id, now)
        return answer({"project": opened.id})


@router.get("/projects/{project}/jobs")
def unfinished(project: str, member: CurrentMember) -> Response:
    """What is queued or running for a project."""
    with reading() as session:
        opened = queries.get_project_named(session, member, project)
        return answer({"jobs": jobs.unfinished_jobs(session, opened.id)})


@router.get("/health")
def health(member: CurrentMember, now: Now) -> Response:
    """One row per live project: what is wrong, since when, and what to do; those that need somebody first."""
    with reading() as session:
        return answer({"health": decay.health(session, member, now)})
