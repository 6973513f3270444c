"""Stored rows in bulk: a project with many models, as after years of runs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import (
    Artifact,
    Base,
    Blob,
    Model,
    ModelParameter,
    ModelScore,
    ModelTag,
    Project,
    Run,
    RunTriple,
    Snapshot,
    Triple,
)
from mms.domain.projects import Policy, policy_to_json
from mms.domain.triples import typed_value

ALGORITHMS = ("logistic regression", "boosting", "random forest", "naive bayes", "neighbours", "svm", "tree", "mlp")
"""Two triples of each make a run."""

TRIPLES = 2 * len(ALGORITHMS)
STATES = ("candidate",) * 90 + ("retired",) * 8 + ("challenger",) * 2
METRICS = ("precision", "recall", "roc_auc", "accuracy", "log_loss")
"""Beside the primary one."""
TAGS = ("prod",) + ("",) * 199 + ("baseline", "review") * 10
BLOB = "ab" * 32
_AT_ONCE = 5000
"""Models whose rows beside them are made in memory together."""


def a_project(session: Session, now: datetime, name: str = "flights") -> int:
    """A project with one snapshot; returns the project's id."""
    project = Project(
        name=name,
        task="binary",
        primary_metric="f1",
        positive_class="true",
        policy=policy_to_json(Policy()),
        owner="ada",
        created_at=now,
    )
    session.add(project)
    if session.get(Blob, BLOB) is None:
        session.add(Blob(sha256=BLOB, size=0, complete=True, created_at=now))
    session.flush()
    a_snapshot(session, project.id, 1, now)
    return project.id


def a_snapshot(session: Session, project_id: int, number: int, now: datetime) -> int:
    """One more snapshot of a project; returns its id."""
    snapshot = Snapshot(
        project_id=project_id, number=number, content_hash=f"{number:064x}", row_count=20_000, columns=[],
        target="late", entity_key=["flight"], time="scheduled", label_time=None, selection={}, fold_kind="time",
        fold_seed=0, profile={}, data_blob=BLOB, folds_blob=BLOB, time_from=None, time_to=None, taken_by="ada",
        created_at=now,
    )  # fmt: skip
    session.add(snapshot)
    session.flush()
    return snapshot.id


def models(session: Session, project_id: int, now: datetime, count: int, a_run: int = TRIPLES) -> list[int]:
    """Models with all their scores, hyperparameters as rows and some tags; returns their ids in order of version.

    a_run: how many models a run makes, at most TRIPLES.
    """
    ids = bare_models(session, project_id, now, count, a_run)
    for start in range(0, count, _AT_ONCE):
        _beside(session, Random(start), project_id, ids[start : start + _AT_ONCE], now)
    return ids


def bare_models(session: Session, project_id: int, now: datetime, count: int, a_run: int = TRIPLES) -> list[int]:
    """Models of many runs, one a minute up to `now`, versions from 1, and nothing beside them."""
    random = Random(count)
    snapshot_id = session.scalar(sa.select(Snapshot.id).where(Snapshot.project_id == project_id).limit(1))
    triples = _inserted(session, Triple, [_triple(project_id, number) for number in range(TRIPLES)])
    runs = -(-count // a_run)
    run_ids = _inserted(session, Run, [_run(project_id, snapshot_id, number, now) for number in range(runs)])
    places = [
        {"run_id": run, "triple_id": triple, "position": position, "origin": "space", "state": "succeeded"}
        for run in run_ids
        for position, triple in enumerate(triples[:a_run])
    ][:count]
    run_triples = _inserted(session, RunTriple, places)
    (artifact,) = _inserted(session, Artifact, [_artifact(now)])
    fixed = {"project_id": project_id, "snapshot_id": snapshot_id, "artifact_id": artifact, "oof_blob": BLOB}
    rows = [
        {
            **fixed,
            **_measured(random, place["position"], now - timedelta(minutes=count - number)),
            "version": number + 1,
            "run_id": place["run_id"],
            "triple_id": place["triple_id"],
            "run_triple_id": run_triple,
        }
        for number, (place, run_triple) in enumerate(zip(places, run_triples, strict=True))
    ]
    return _inserted(session, Model, rows)


def _beside(session: Session, random: Random, project_id: int, ids: Sequence[int], now: datetime) -> None:
    """The rows beside the models: scores, of which log loss is negated as all losses are, hyperparameters and tags."""
    scores, parameters, tags = [], [], []
    stmt = sa.select(Model.id, Model.score, Model.score_sd, Model.hyperparameters).order_by(Model.id)
    for model_id, score, sd, hyperparameters in session.execute(stmt.where(Model.id.between(ids[0], ids[-1]))):
        of = {"model_id": model_id, "project_id": project_id}
        means = {"f1": score} | {metric: random.betavariate(20, 20) for metric in METRICS}
        for metric, mean in means.items():
            stored = -mean if metric == "log_loss" else mean
            spread = {"mean": stored, "sd": sd, "minimum": stored - 2 * sd, "maximum": stored + 2 * sd, "final": None}
            scores.append({**of, "metric": metric, **spread})
        for name, value in hyperparameters.items():
            number, text = typed_value(value)
            parameters.append({**of, "name": name, "number": number, "text": text})
        if tag := random.choice(TAGS):
            tags.append({**of, "tag": tag, "tagged_by": "ada", "tagged_at": now})
    for table, some in ((ModelScore, scores), (ModelParameter, parameters), (ModelTag, tags)):
        if some:
            session.execute(sa.insert(table), some)


def _measured(random: Random, position: int, at: datetime) -> dict[str, Any]:
    depth, rate = random.randint(2, 12), round(random.uniform(0.01, 0.3), 4)
    return {
        "algorithm": ALGORITHMS[position % len(ALGORITHMS)],
        "recipe": "standard",
        "hyperparameters": {"max_depth": depth, "learning_rate": rate, "min_samples_leaf": 20, "class_weight": None},
        "state": random.choice(STATES),
        "score": random.betavariate(20, 20),
        "score_sd": random.uniform(0.005, 0.03),
        "build_seconds": random.expovariate(0.5),
        "artifact_size": random.randint(10_000, 5_000_000),
        "seed": random.randint(0, 2**31),
        "owner": "ada",
        "description": "",
        "created_at": at,
        "touched_at": at,
    }


def _inserted(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    key = sa.inspect(table).primary_key[0]
    stmt = sa.insert(table).returning(key, sort_by_parameter_order=True)
    return list(session.scalars(stmt, rows))


def _triple(project_id: int, number: int) -> dict[str, Any]:
    algorithm = ALGORITHMS[number % len(ALGORITHMS)]
    recipe = {"name": "standard", "branches": []}
    content = {"recipe": recipe, "algorithm": algorithm, "hyperparameters": {"number": number}}
    return {"project_id": project_id, "hash": f"{number:064x}", "content": content}


def _run(project_id: int, snapshot_id: int | None, number: int, now: datetime) -> dict[str, Any]:
    return {
        "project_id": project_id, "number": number + 1, "kind": "selection", "state": "succeeded", "scope": "global",
        "snapshot_id": snapshot_id, "request": {}, "seed": 0, "triples": TRIPLES, "launched_by": "ada",
        "created_at": now,
    }  # fmt: skip


def _artifact(now: datetime) -> dict[str, Any]:
    signature = {"inputs": [["distance", "number"]], "classes": ["false", "true"], "example": {}, "probability": True}
    return {
        "sha256": BLOB, "size": 1, "hmac": "0" * 64, "signature": signature, "environment": {"python": "3.11"},
        "created_at": now,
    }  # fmt: skip
