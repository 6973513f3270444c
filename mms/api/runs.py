"""Runs: launched, followed, stopped."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from db.queries import runs as queries
from db.queries.projects import get_project, get_project_named
from db.queries.snapshots import get_snapshot
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import LIST_ROWS, TRIPLES, Id
from mms.api.snapshots import Rows
from mms.domain.errors import NotFound
from mms.domain.members import Member
from mms.domain.promotions import GLOBAL
from mms.domain.runs import Launch, Retraining
from mms.domain.search import Search, SearchKind
from mms.domain.triples import Triple
from mms.usecases.fan_out import fan_out, planned_fan_out
from mms.usecases.runs import cancel_run, launch_run, retrain, retry_run
from mms.usecases.spaces import options_for

router = APIRouter(tags=["runs"])


class SearchBody(BaseModel):
    """How a run goes through its triples. space: of trials, algorithm -> {recipes, values}."""

    model_config = ConfigDict(extra="forbid")
    kind: SearchKind
    factor: int = Field(3, description="of a race: one triple in so many goes on")
    trials: int = Field(0, description="of trials: how many triples are proposed")
    space: dict[str, Any] = Field(default_factory=dict)


class LaunchBody(BaseModel):
    """A run to launch: triples as GET /models/{id}/triple gives them; default: a good first space."""

    model_config = ConfigDict(extra="forbid")
    snapshot_id: Id
    triples: list[dict[str, Any]] | None = Field(None, min_length=1, max_length=TRIPLES)
    seed: int = Field(0, ge=0, lt=2**31)
    scope: str = Field(GLOBAL, max_length=300, description="learn from the rows of this scope only")
    search: SearchBody | None = None


class FanOutBody(BaseModel):
    """The same triples for every group. preview: say what would be launched, and launch nothing."""

    model_config = ConfigDict(extra="forbid")
    snapshot_id: Id
    column: str = Field(max_length=200, description="a run for every value of this column")
    minimum_rows: int = Field(ge=1, lt=2**31, description="that has at least so many rows")
    triples: list[dict[str, Any]] | None = Field(None, min_length=1, max_length=TRIPLES)
    seed: int = Field(0, ge=0, lt=2**31)
    preview: bool = False


class Retrain(BaseModel):
    """A retraining to launch. rows: which the new snapshot takes; default: the policy's window."""

    model_config = ConfigDict(extra="forbid")
    scope: str = Field(GLOBAL, max_length=300)
    rows: Rows | None = None


@router.get("/projects/{project}/runs")
def listed(project: str, member: CurrentMember, limit: Annotated[int, Query(ge=1, le=LIST_ROWS)] = 100) -> Response:
    """Runs, newest first."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"runs": queries.runs(session, opened.id, limit)})


@router.get("/runs/{run_id}")
def one(run_id: Id, member: CurrentMember) -> Response:
    """A run with its triples, best first, and the seconds left where known."""
    with reading() as session:
        page = queries.run_page(session, run_id)
        get_project(session, member, page.run.project_id)
        return answer({"run": page})


@router.post("/projects/{project}/runs", status_code=201)
def launch(project: str, body: LaunchBody, member: CurrentMember, now: Now) -> Response:
    """Queue a run; the worker fits it."""
    with acknowledged() as session:
        request = replace(_launch(session, member, project, body), scope=body.scope)
        if body.search is not None:
            search = Search(body.search.kind, body.search.factor, body.search.trials, body.search.space)
            only_proposed = search.kind is SearchKind.TRIALS and body.triples is None
            request = replace(request, search=search, triples=() if only_proposed else request.triples)
        return answer({"run": launch_run(session, member, request, now)}, 201)


@router.post("/projects/{project}/fan-outs", status_code=201)
def launch_groups(project: str, body: FanOutBody, member: CurrentMember, now: Now) -> Response:
    """Queue a run of the same triples for every group of a column that has rows enough."""
    with acknowledged() as session:
        request = _launch(session, member, project, body)
        planned = planned_fan_out(session, request, body.column, body.minimum_rows)
        if body.preview:
            return answer({"fan_out": planned, "runs": []})
        runs = fan_out(session, member, request, body.column, body.minimum_rows, now)
        return answer({"fan_out": planned, "runs": runs}, 201)


def _launch(session: Session, member: Member, project: str, body: LaunchBody | FanOutBody) -> Launch:
    given = [Triple.from_json(triple) for triple in body.triples or ()]
    opened = get_project_named(session, member, project)
    snapshot = get_snapshot(session, body.snapshot_id)
    if snapshot.project_id != opened.id:
        raise NotFound(f"Project '{opened.name}' has no snapshot {snapshot.id}: list its snapshots.")
    triples = given or options_for(session, member, snapshot.id).first_space
    return Launch(snapshot.id, tuple(triples), seed=body.seed)


@router.post("/projects/{project}/retrainings", status_code=201)
def train_again(project: str, body: Retrain, member: CurrentMember, now: Now) -> Response:
    """Queue a retraining of a scope's champion on a new snapshot."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        request = Retraining(opened.id, body.scope, body.rows.selection if body.rows else None)
        return answer({"run": retrain(session, member, request, now)}, 201)


@router.post("/runs/{run_id}/cancel")
def cancel(run_id: Id, member: CurrentMember, now: Now) -> Response:
    """Stop a run; finished models stay."""
    with acknowledged() as session:
        get_project(session, member, queries.get_run(session, run_id).project_id)
        cancel_run(session, member, run_id, now)
        return answer({"run": run_id})


@router.post("/runs/{run_id}/retry")
def retry(run_id: Id, member: CurrentMember, now: Now) -> Response:
    """Queue a failed or cancelled run again; finished folds are kept."""
    with acknowledged() as session:
        get_project(session, member, queries.get_run(session, run_id).project_id)
        retry_run(session, member, run_id, now)
        return answer({"run": run_id})
