"""Diagnostics of a model: what there is, its tables, asking for what takes fits; the threshold of a binary one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries.diagnostics import diagnostics
from db.queries.projects import get_project
from db.session import acknowledged, reading, transaction
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer, csv_file
from mms.api.models import OpenedModel
from mms.charts.thresholds import thresholds_of, words
from mms.domain.diagnostics import DiagnosticKind, Question, asked, kind_named
from mms.domain.errors import NotFound
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.thresholds import Costs, expected_cost
from mms.usecases.diagnostics import answer_to, ask_for, kinds_of
from mms.usecases.models import set_threshold

router = APIRouter(tags=["diagnostics"])


class Given(BaseModel):
    """The parameters of a check; which of them it takes depends on its kind."""

    model_config = ConfigDict(extra="forbid")
    of_class: str | None = Field(None, alias="class")
    column: str | None = None
    parameter: str | None = None
    folds: int | None = Field(None, ge=1, le=12)
    repeats: int | None = Field(None, ge=1, le=100)
    values: list[str | int | float | bool | None] | None = Field(None, max_length=50)

    @property
    def parameters(self) -> dict[str, Any]:
        """Only what was given."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class Threshold(BaseModel):
    """At or above which probability a row is flagged."""

    model_config = ConfigDict(extra="forbid")
    threshold: float


def question_of(model: OpenedModel, kind: str, given: Annotated[Given, Query()]) -> Question:
    """The check that the address names."""
    return asked(Subject(SubjectKind.MODEL, model.id), kind_named(kind), given.parameters)


Asked = Annotated[Question, Depends(question_of)]


@router.get("/models/{model_id}/diagnostics")
def listed(model: OpenedModel, member: CurrentMember) -> Response:
    """What was asked for, newest first, and the kinds there are: those at once, and those that take a worker."""
    with reading() as session:
        task = get_project(session, member, model.ranked.project_id).task
        found = diagnostics(session, Subject(SubjectKind.MODEL, model.id))
    kinds = {"at_once": kinds_of(task, in_job=False), "by_a_worker": kinds_of(task, in_job=True)}
    return answer({"diagnostics": found, "kinds": kinds})


@router.get("/models/{model_id}/diagnostics/{kind}")
def one(question: Asked, member: CurrentMember, now: Now) -> Response:
    """A check with its tables as rows; made now where stored rows suffice."""
    found, tables = answer_to(transaction, member, question, now)
    rows = {name: frame.to_dict("records") for name, frame in tables.items()}
    return answer({"diagnostic": found, "tables": rows})


@router.get("/models/{model_id}/diagnostics/{kind}/{table}.csv")
def table(question: Asked, table: str, member: CurrentMember, now: Now) -> Response:
    """One table of a check as a file."""
    _, tables = answer_to(transaction, member, question, now)
    if table not in tables:
        raise NotFound(f"The diagnostic '{question.kind.value}' has no table '{table}'; it has {', '.join(tables)}.")
    return csv_file(tables[table], f"{question.kind.value.replace(' ', '-')}-{question.subject.id}.csv")


@router.post("/models/{model_id}/diagnostics/{kind}", status_code=202)
def ask(model: OpenedModel, kind: str, body: Given, member: CurrentMember, now: Now) -> Response:
    """Queue a check that takes fits or the whole pipeline; asked before, it answers with what is there."""
    question = asked(Subject(SubjectKind.MODEL, model.id), kind_named(kind), body.parameters)
    with acknowledged() as session:
        return answer({"diagnostic": ask_for(session, member, question, now)}, 202)


@router.get("/models/{model_id}/threshold")
def threshold(model: OpenedModel, member: CurrentMember, now: Now) -> Response:
    """The threshold a binary model answers at, and the one whose errors cost least by the project's costs."""
    with reading() as session:
        costs = Costs.of(get_project(session, member, model.ranked.project_id).policy)
    question = asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.THRESHOLDS)
    info = thresholds_of(model.id, model.ranked.name, answer_to(transaction, member, question, now)[1])
    at = 0.5 if model.threshold is None else model.threshold
    found = {"threshold": at, "now": info.at(at), "cheapest": info.cheapest(costs), "costs": costs}
    return answer(found | {"expected_cost": expected_cost(info.folds, costs), "words": words(info, costs, at)})


@router.put("/models/{model_id}/threshold")
def use(model: OpenedModel, body: Threshold, member: CurrentMember, now: Now) -> Response:
    """Store the threshold at which a model answers from its next promotion on; 409 for a champion."""
    with acknowledged() as session:
        set_threshold(session, member, model.id, body.threshold, now)
    return answer({"threshold": body.threshold, "model": model.ranked.name})
