"""Ensembles: which models agree, what a combination would score, and the run that makes it."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from db.queries.models import get_model
from db.queries.projects import get_project
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.comparison import ids_of
from mms.domain.ensembles import EnsembleDraft, EnsembleKind
from mms.usecases.ensembles import agreement_of, expected_score, launch_ensemble

router = APIRouter(tags=["ensembles"])


class Combination(BaseModel):
    """Models to combine; hyperparameters depend on the kind."""

    model_config = ConfigDict(extra="forbid")
    models: list[Id]
    kind: EnsembleKind = EnsembleKind.VOTING
    hyperparameters: dict[str, str | bool | float] = {}

    @property
    def draft(self) -> EnsembleDraft:
        """The domain's draft."""
        return EnsembleDraft(tuple(self.models), self.kind, self.hyperparameters)


@router.get("/agreement")
def agreement(models: str, member: CurrentMember) -> Response:
    """How models agree on their out-of-fold rows, and which of them make the best vote; `models`: ids, with commas."""
    with reading() as session:
        found, proposed = agreement_of(session, member, ids_of(models))
    return answer({"agreement": found, "proposed": proposed})


@router.post("/ensembles/expected")
def expected(body: Combination, member: CurrentMember) -> Response:
    """What an ensemble would score on the folds, from stored rows; nothing is made."""
    with reading() as session:
        return answer({"expected": expected_score(session, member, body.draft)})


@router.post("/ensembles", status_code=201)
def make(body: Combination, member: CurrentMember, now: Now) -> Response:
    """Launch the run that makes an ensemble."""
    with acknowledged() as session:
        for model_id in body.models:
            get_project(session, member, get_model(session, model_id).ranked.project_id)
        return answer({"run": launch_ensemble(session, member, body.draft, now)}, 201)
