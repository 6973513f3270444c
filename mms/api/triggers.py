"""Triggers: made, edited, checked; their firings."""

from datetime import time

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import triggers as queries
from db.queries.projects import get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.decay import Grain
from mms.domain.errors import Invalid
from mms.domain.promotions import GLOBAL
from mms.domain.rules import Needs, Rule, Space, TriggerKind, WindowKind, rule_from_json
from mms.domain.triggers import TriggerChanges, TriggerDraft, as_document
from mms.usecases.trigger_previews import preview
from mms.usecases.triggers import check_triggers, create_trigger, delete_trigger, edit_trigger

router = APIRouter(tags=["triggers"])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ConditionBody(_Strict):
    """One thing to watch; what a threshold counts depends on the kind. cron: of 'time', in place of a threshold."""

    kind: TriggerKind
    threshold: float | None = None
    cron: str | None = None
    zone: str = "UTC"
    metric: str | None = None
    grain: Grain = Grain.MONTH


class QuietBody(_Strict):
    """Hours in which nothing fires, on the clock of the zone."""

    start: time = Field(alias="from")
    end: time = Field(alias="to")
    zone: str = "UTC"


class BudgetBody(_Strict):
    """At most so many firings in so many days."""

    firings: int
    days: float


class WindowBody(_Strict):
    """Which rows the retraining learns from."""

    kind: WindowKind
    days: int | None = None


class RuleBody(_Strict):
    """A rule: conditions, or `kind` and `threshold` where it has one."""

    kind: TriggerKind | None = None
    threshold: float | None = None
    conditions: list[ConditionBody] = Field(default=[], max_length=100)
    needs: Needs | int = Needs.ANY
    cooldown_days: float = 30.0
    quiet: QuietBody | None = None
    budget: BudgetBody | None = None
    minimum_labels: int = 0
    window: WindowBody | None = None
    space: Space = Space.RUN

    @property
    def rule(self) -> Rule:
        """The rule; Invalid where it names both, or neither."""
        if (self.kind is None) == (not self.conditions):
            raise Invalid("Send a trigger's conditions, or the kind and the threshold of its only one.")
        value = self.model_dump(mode="json", by_alias=True)
        alone = [{"kind": value["kind"], "threshold": value["threshold"]}]
        return rule_from_json({**value, "conditions": value["conditions"] or alone})


class TriggerBody(RuleBody):
    """A trigger to make. scope: 'global', 'group:COLUMN=VALUE' or 'segment:NAME'."""

    scope: str = GLOBAL
    name: str | None = None


class Changes(_Strict):
    """What to change of a trigger; what is left out stays. threshold: of a rule with one condition."""

    threshold: float | None = None
    cooldown_days: float | None = None
    enabled: bool | None = None
    name: str | None = None
    rule: RuleBody | None = None


@router.get("/projects/{project}/triggers")
def listed(project: str, member: CurrentMember, now: Now) -> Response:
    """Live triggers, each with how far it is, and their firings, newest first."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        rows = queries.triggers(session, opened, opened.present(now))
        fired = queries.firings(session, opened.id)
    return answer({"triggers": [as_document(row.trigger, row.reading) for row in rows], "firings": fired})


@router.post("/projects/{project}/triggers", status_code=201)
def create(project: str, body: TriggerBody, member: CurrentMember, now: Now) -> Response:
    """Make a trigger."""
    draft = TriggerDraft(body.rule, body.scope, body.name)
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"trigger": create_trigger(session, member, opened.id, draft, opened.present(now))}, 201)


@router.post("/projects/{project}/triggers/preview")
def previewed(project: str, body: TriggerBody, member: CurrentMember, now: Now) -> Response:
    """How far a rule is, and when it would have fired; nothing is stored."""
    draft = TriggerDraft(body.rule, body.scope, body.name)
    with reading() as session:
        opened = get_project_named(session, member, project)
        found = preview(session, member, opened.id, draft, now)
    return answer(found.to_json() | {"words": body.rule.sentence})


@router.patch("/triggers/{trigger_id}")
def edit(trigger_id: Id, body: Changes, member: CurrentMember, now: Now) -> Response:
    """Change a trigger."""
    rule = body.rule.rule if body.rule else None
    with acknowledged() as session:
        changes = TriggerChanges(body.threshold, body.cooldown_days, body.enabled, rule, body.name)
        edit_trigger(session, member, trigger_id, changes, now)
        return answer({"trigger": trigger_id})


@router.delete("/triggers/{trigger_id}")
def delete(trigger_id: Id, member: CurrentMember, now: Now) -> Response:
    """Put a trigger in the bin; its firings stay."""
    with acknowledged() as session:
        delete_trigger(session, member, trigger_id, now)
        return answer({"trigger": trigger_id})


@router.post("/projects/{project}/triggers/check")
def check(project: str, member: CurrentMember, now: Now) -> Response:
    """Read every trigger now; those that fire launch a retraining."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"runs": check_triggers(session, member, opened.id, now)})
