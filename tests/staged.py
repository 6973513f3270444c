"""A project as after a few months of use: a run, a champion, answers, their truths, and a challenger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from db.queries.models import best_models
from db.session import transaction
from mms.domain.members import Member
from mms.domain.models import RankedModel
from mms.domain.predictions import Feedback, Prediction, Request
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.runs import Launch
from mms.usecases.feedback import record_feedback
from mms.usecases.predictions import predict
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from tests.trained import a_project, a_snapshot, triple_of, work_off

MONTHS = 3
"""How long the champion has been answering."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is on it. models: best first, the baseline among them; the first one is champion."""

    project: Project
    models: tuple[RankedModel, ...]
    predictions: tuple[Prediction, ...]


def a_stage(member: Member, folder: Path, now: datetime, *, a_month: int = 120) -> Stage:
    """The points project: trained `MONTHS` months before `now`, answering since, with labels for all but the newest."""
    start = now - timedelta(days=31 * MONTHS)
    project = a_project(member, folder, start)
    snapshot = a_snapshot(member, project, start)
    triples = [triple_of(project, snapshot, "logistic"), triple_of(project, snapshot, "tree")]
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, tuple(triples)), start)
    work_off(start)
    with transaction() as session:
        models = best_models(session, project.id)
        promote(session, member, Seating(models[0].id, "the first one to answer"), start)
    asked = [p for month in range(MONTHS) for p in _a_month(member, project, month, start, a_month)]
    with transaction() as session:
        models = best_models(session, project.id)
    return Stage(project, models, tuple(asked))


def _a_month(member: Member, project: Project, month: int, start: datetime, count: int) -> Sequence[Prediction]:
    """A month of answers; what is true moves away from what was learned. The newest ten get no truth."""
    chance = np.random.default_rng(month)
    first = start + timedelta(days=31 * month)
    places = chance.normal(size=(count, 2))
    requests = [
        Request({"id": f"m{month}-{i}"}, {"x": float(x), "y": float(y)}, first + timedelta(minutes=5 * i))
        for i, (x, y) in enumerate(places)
    ]
    with transaction() as session:
        answered = predict(session, member, project.id, requests, first + timedelta(days=2))
        truths = [
            Feedback(p.id, "yes" if x + (1 - month) * y > 0 else "no", p.predicted_at + timedelta(hours=1))
            for p, (x, y) in zip(answered, places, strict=True)
        ]
        known = truths if month < MONTHS - 1 else truths[:-10]
        record_feedback(session, member, project.id, known, first + timedelta(days=3))
    return answered
