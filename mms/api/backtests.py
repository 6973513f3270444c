"""Back-tests: planned, asked for, and policies replayed on them."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import backtests as queries
from db.queries.projects import get_project, get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.api.triggers import RuleBody
from mms.domain.backtests import BacktestDraft, PeriodKind
from mms.usecases.backtests import ask_backtest, delete_backtest, plan_backtest
from mms.usecases.policy_replays import replays

router = APIRouter(tags=["backtests"])

RULES = 20
"""How many rules are tried at once."""


class BacktestBody(BaseModel):
    """The past to fit; what is left out takes the newest snapshot with a time and the champion's triple."""

    model_config = ConfigDict(extra="forbid")
    snapshot_id: Id | None = None
    model_id: Id | None = None
    period: PeriodKind = PeriodKind.WEEK
    rows: int = 1000
    window_days: int | None = None
    lead: int | None = None

    @property
    def draft(self) -> BacktestDraft:
        """As the use case takes it."""
        return BacktestDraft(self.snapshot_id, self.model_id, self.period, self.rows, self.window_days, self.lead)


class ReplayBody(BaseModel):
    """Rules to try beside the project's triggers; metric: 'cost' stands for the project's costs of mistakes."""

    model_config = ConfigDict(extra="forbid")
    metric: str | None = None
    rules: list[RuleBody] = Field(default=[], max_length=RULES)
    seed: int = Field(default=0, ge=0, lt=2**32)


@router.get("/projects/{project}/backtests")
def listed(project: str, member: CurrentMember) -> Response:
    """What was asked for, newest first."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"backtests": queries.backtests(session, opened.id)})


@router.post("/projects/{project}/backtests/plan")
def plan(project: str, body: BacktestBody, member: CurrentMember) -> Response:
    """How many fits and answers a back-test would take; nothing is queued."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"plan": plan_backtest(session, member, opened.id, body.draft)})


@router.post("/projects/{project}/backtests", status_code=202)
def ask(project: str, body: BacktestBody, member: CurrentMember, now: Now) -> Response:
    """Queue the fits; the same past again answers with the back-test that is there."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"backtest": ask_backtest(session, member, opened.id, body.draft, now)}, 202)


@router.post("/backtests/{backtest_id}/replay")
def replay(backtest_id: Id, body: ReplayBody, member: CurrentMember) -> Response:
    """What the project's triggers, the given rules and the controls would have done; 409 until the past is fitted."""
    rules = [one.rule for one in body.rules]
    with reading() as session:
        get_project(session, member, queries.get_backtest(session, backtest_id).project_id)
        found = replays(session, member, backtest_id, body.metric, rules, seed=body.seed)
    return answer({"replays": found})


@router.delete("/backtests/{backtest_id}")
def delete(backtest_id: Id, member: CurrentMember) -> Response:
    """Delete a back-test that has ended, with its losses."""
    with acknowledged() as session:
        get_project(session, member, queries.get_backtest(session, backtest_id).project_id)
        delete_backtest(session, member, backtest_id)
        return answer({"backtest": backtest_id})
