"""Snapshots: taken and listed."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import snapshots as queries
from db.queries.projects import get_project, get_project_named
from db.session import acknowledged, reading, transaction
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.snapshots import Dealing, Extent, FoldKind, HoldoutKind, HoldoutPlan, Selection
from mms.domain.tables import Condition, Operator
from mms.usecases.snapshots import delete_snapshot, take_snapshot

router = APIRouter(tags=["snapshots"])


class Where(BaseModel):
    """One comparison of a base column with a value."""

    model_config = ConfigDict(extra="forbid")
    column: str
    operator: Operator
    value: Any = None


class Rows(BaseModel):
    """Which rows a snapshot takes."""

    model_config = ConfigDict(extra="forbid")
    extent: Extent = Extent.ALL
    amount: int | None = Field(None, ge=1, description="days or rows, where the extent counts")
    where: list[Where] = Field([], description="only rows for which all of these hold")
    sample: int | None = Field(None, ge=1, description="rows of a seeded sample")
    seed: int = Field(0, ge=0, lt=2**31)

    @property
    def selection(self) -> Selection:
        """The domain's selection."""
        conditions = tuple(Condition(one.column, one.operator, one.value) for one in self.where)
        return Selection(self.extent, self.amount, conditions, self.sample, self.seed)


class HeldOut(BaseModel):
    """The rows that no fold and no final fit sees."""

    model_config = ConfigDict(extra="forbid")
    kind: HoldoutKind
    share: float = 0.15

    @property
    def plan(self) -> HoldoutPlan:
        """The domain's plan."""
        return HoldoutPlan(self.kind, self.share)


class Take(BaseModel):
    """A snapshot to take. What is left out of folds, group and holdout takes the project's policy."""

    model_config = ConfigDict(extra="forbid")
    rows: Rows | None = None
    folds: FoldKind | None = Field(None, description="how rows are dealt; null: what suits them")
    group: str | None = Field(None, max_length=200, description="the column whose values folds by group keep together")
    holdout: HeldOut | None = Field(None, description="null holds nothing out")

    def dealing(self, policy: Dealing) -> Dealing | None:
        """The policy's dealing with what is given in its place; None where nothing is."""
        given = self.model_fields_set & {"folds", "group", "holdout"}
        if not given:
            return None
        folds = {"folds", "group"} & given
        kind, group = (self.folds, self.group) if folds else (policy.kind, policy.group)
        if "holdout" not in given:
            return Dealing(kind, group, policy.holdout)
        return Dealing(kind, group, self.holdout.plan if self.holdout else None)


@router.get("/projects/{project}/snapshots")
def listed(project: str, member: CurrentMember) -> Response:
    """Live snapshots, newest first."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"snapshots": queries.snapshots(session, opened.id)})


@router.post("/projects/{project}/snapshots", status_code=201)
def take(project: str, body: Take, member: CurrentMember, now: Now) -> Response:
    """Freeze the instance table; the same content answers with the snapshot that is there."""
    with reading() as session:
        opened = get_project_named(session, member, project)
    selection = body.rows.selection if body.rows else Selection()
    dealing = body.dealing(opened.policy.dealing)
    taken = take_snapshot(transaction, member, opened.id, selection, opened.present(now), dealing)
    return answer({"snapshot": taken}, 201)


@router.get("/snapshots/{snapshot_id}")
def one(snapshot_id: Id, member: CurrentMember) -> Response:
    """A snapshot with its schema, profile and fold plan."""
    with reading() as session:
        snapshot = queries.get_snapshot(session, snapshot_id)
        get_project(session, member, snapshot.project_id)
        return answer({"snapshot": snapshot})


@router.delete("/snapshots/{snapshot_id}")
def delete(snapshot_id: Id, member: CurrentMember, now: Now) -> Response:
    """Put a snapshot in the bin; refused while models come from it."""
    with acknowledged() as session:
        get_project(session, member, queries.get_snapshot(session, snapshot_id).project_id)
        delete_snapshot(session, member, snapshot_id, now)
        return answer({"snapshot": snapshot_id})
