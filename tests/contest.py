"""Models on two snapshots of one project, scored without a fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
import sqlalchemy as sa

from db import models as tables
from db.session import transaction
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.runs import Launch
from mms.domain.snapshots import Snapshot
from mms.domain.triples import Triple
from mms.usecases.runs import launch_run
from tests.rows import BLOB
from tests.trained import ROWS, a_project, a_snapshot, more_points, triple_of

CHANCE = np.random.default_rng(3)
TREE, DUMMY = CHANCE.normal(0.8, 0.05, 12).round(4), CHANCE.normal(0.4, 0.05, 12).round(4)
LOGISTIC = (TREE + CHANCE.normal(0.005, 0.02, 12)).round(4)
OLDER = {"logistic": LOGISTIC, "tree": TREE, "dummy": DUMMY}
"""F1 on the folds of the older snapshot: the first two are nearly equal."""


@dataclass(frozen=True)
class Contest:
    """A project with models on two snapshots; ids by algorithm."""

    project: Project
    older: Snapshot
    newer: Snapshot
    run_id: int
    first: Mapping[str, int]
    second: Mapping[str, int]

    @property
    def apart(self) -> list[int]:
        """A model on the older rows and one on the newer."""
        return [self.first["logistic"], self.second["naive_bayes"]]


def a_contest(member: Member, tmp_path: Path, now: datetime) -> Contest:
    """Two models and the baseline on the older snapshot, one on the newer, without a fit: their scores are given."""
    project, later = a_project(member, tmp_path, now), now + timedelta(hours=ROWS)
    older = a_snapshot(member, project, now)
    more_points(member, project, later)
    newer = a_snapshot(member, project, later)
    run_id = launched(member, older, [triple_of(project, older, name) for name in ("logistic", "tree")], now)
    first = scored(run_id, OLDER, now)
    second = scored(
        launched(member, newer, [triple_of(project, newer, "naive_bayes")], now), {"naive_bayes": TREE}, now
    )
    return Contest(project, older, newer, run_id, first, second)


def launched(member: Member, snapshot: Snapshot, triples: Sequence[Triple], now: datetime) -> int:
    """A run of these triples; returns its id."""
    with transaction() as session:
        return launch_run(session, member, Launch(snapshot.id, tuple(triples)), now)


def scored(run_id: int, scores: Mapping[str, Sequence[float]], now: datetime) -> dict[str, int]:
    """Finish a run as if its triples had these F1 scores, by algorithm, on folds that grow with time."""
    models = {}
    with transaction() as session:
        run = session.get_one(tables.Run, run_id)
        run.state = "succeeded"
        if session.get(tables.Blob, BLOB) is None:
            session.add(tables.Blob(sha256=BLOB, size=0, complete=True, created_at=now))
            session.flush()
            artifact = tables.Artifact(
                sha256=BLOB, size=1, hmac="0" * 64, environment={}, created_at=now,
                signature={"inputs": [], "classes": [], "example": {}, "probability": True},
            )  # fmt: skip
            session.add(artifact)
            session.flush()
        artifact_id = session.scalars(sa.select(tables.Artifact.id)).one()
        places = session.execute(
            sa.select(tables.RunTriple, tables.Triple.content)
            .join(tables.Triple, tables.Triple.id == tables.RunTriple.triple_id)
            .where(tables.RunTriple.run_id == run_id)
        ).all()
        versions = session.scalar(sa.select(sa.func.count(tables.Model.id))) or 0
        for place, content in places:
            name = content["algorithm"]
            if name not in scores:
                continue
            versions += 1
            model = tables.Model(
                project_id=run.project_id, version=versions, run_id=run_id, run_triple_id=place.id,
                snapshot_id=run.snapshot_id, triple_id=place.triple_id, artifact_id=artifact_id, oof_blob=BLOB,
                algorithm=name, recipe="standard", hyperparameters={}, state="candidate", score=fmean(scores[name]),
                score_sd=stdev(scores[name]), build_seconds=1.0, artifact_size=1, seed=7, owner="ada",
                created_at=now, touched_at=now,
            )  # fmt: skip
            session.add(model)
            session.flush()
            models[name] = model.id
            session.add(
                tables.ModelScore(
                    model_id=model.id,
                    project_id=run.project_id,
                    metric="log_loss",
                    mean=-0.7,
                    sd=0,
                    minimum=0,
                    maximum=0,
                )
            )
            session.add_all(
                tables.FoldResult(
                    run_triple_id=place.id, fold=fold, n_train=10 * (fold + 1), n_validate=10, fit_seconds=2.0,
                    score_seconds=0.5, scores={"f1": float(score), "log_loss": -0.5}, train_scores={}, features=2,
                )
                for fold, score in enumerate(scores[name])
            )  # fmt: skip
    return models
