"""One run worked off by a real worker on a private store, beside scikit-learn's GridSearchCV on the same folds."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from benchmarks.report import Bar, bar
from db import models as tables
from db.migrate import migrate
from db.queries.runs import get_run
from db.queries.snapshots import get_snapshot, snapshot_blocks
from db.session import dispose, reading, transaction
from mms.domain.jobs import JobDraft, JobKind, JobState
from mms.domain.members import Member, Role
from mms.domain.runs import Launch
from mms.domain.scores import METRICS
from mms.domain.snapshots import Extent, Selection
from mms.domain.tables import Column, ColumnType, FileProject
from mms.domain.triples import BASELINE, Triple
from mms.ml.fitting import Instances
from mms.ml.folds import splits
from mms.settings import settings
from mms.usecases.jobs import enqueue
from mms.usecases.runs import launch_run
from mms.usecases.snapshots import load_instances, take_snapshot
from mms.usecases.tables import project_from_file

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
MEMBER = Member(1, "bench", "Benchmark", frozenset({Role.ADMIN}))

EQUAL = 1e-9
"""How far mean scores may be apart that are the same."""

RANKING = ("predict_proba", "decision_function")
"""What a metric of ranks asks, in this order."""

STAND_BY: float = 5.0
"""Seconds in which a warm child's fork server has imported what it needs; a worker at work stood by for longer."""

Seconds = float
Scores = Mapping[str, float]
"""Metric -> mean over the folds, greater is better."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be learnt. frame: features and the target column, without a key. types: where not inferred."""

    name: str
    frame: pd.DataFrame
    target: str
    positive: str | None
    types: Mapping[str, ColumnType]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The features."""
        names = [name for name in self.frame.columns if name != self.target]
        return tuple(Column(name, self.types.get(name, ColumnType.NUMBER)) for name in names)


@dataclass(frozen=True, slots=True)
class Rows:
    """A snapshot's rows and folds, for the peer."""

    instances: Instances
    folds: list[tuple[np.ndarray, np.ndarray]]


class Ground:
    """A store with the question's snapshot taken: of a folder of its own, or the environment's, taken before."""

    def __init__(self, question: Question, home: str | None = None) -> None:
        now = datetime.now(UTC)
        if home is None:
            with reading() as session:
                self.snapshot = get_snapshot(session, session.scalars(sa.select(tables.Snapshot.id)).one())
            return
        os.environ["MMS_HOME"] = home
        os.environ.pop("MMS_DATABASE_URL", None)
        migrate(settings(), now)
        file = Path(home) / "rows.parquet"
        question.frame.assign(id=np.arange(len(question.frame))).to_parquet(file, index=False)
        types = {column.name: column.type for column in question.columns}
        source = FileProject(
            question.name, file, question.target, ("id",), "", "", types=types, positive_class=question.positive
        )
        with transaction() as session:
            project = project_from_file(session, MEMBER, source, now)
        self.snapshot = take_snapshot(transaction, MEMBER, project.id, Selection(Extent.ALL), now)

    def rows(self) -> Rows:
        """What the peer learns from."""
        with reading() as session:
            instances = load_instances(session, self.snapshot.id)
            blocks = snapshot_blocks(session, get_snapshot(session, self.snapshot.id))
        parts = splits(self.snapshot.fold_plan, blocks, None, None)
        return Rows(instances, [(part.train, part.validate) for part in parts])

    def launch(self, triples: Sequence[Triple]) -> int:
        """The id of a new run."""
        with transaction() as session:
            return launch_run(session, MEMBER, Launch(self.snapshot.id, tuple(triples)), datetime.now(UTC))

    def scores(self, run_id: int) -> dict[str, Scores]:
        """Triple hash -> its scores, without the baseline's."""
        score, model, triple = tables.ModelScore, tables.Model, tables.Triple
        stmt = (
            sa.select(triple.content, score.metric, score.mean)
            .join(model, model.id == score.model_id)
            .join(triple, triple.id == model.triple_id)
            .where(model.run_id == run_id, model.algorithm != BASELINE)
        )
        found: dict[str, dict[str, float]] = {}
        with reading() as session:
            for content, metric, mean in session.execute(stmt):
                found.setdefault(Triple.from_json(content).hash, {})[metric] = mean
        return found


@contextmanager
def ground_of(question: Question) -> Iterator[Ground]:
    """A store that is gone afterwards."""
    with TemporaryDirectory(prefix="mms-bench-") as home:
        try:
            yield Ground(question, home)
        finally:
            dispose()


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A worker on the store, idle and with its child warm: it has done a job of another kind before."""
    process = started_worker()
    try:
        until_warm(process)
        sleep(STAND_BY)
        yield process
    finally:
        stopped(process)


def started_worker() -> subprocess.Popen[bytes]:
    """A worker on the store, which warms up yet; it logs beside the store."""
    with (settings().home / "worker.log").open("ab") as file:
        return subprocess.Popen([sys.executable, "-m", "mms", "worker"], cwd=ROOT, stdout=file, stderr=file)


def stopped(process: subprocess.Popen[bytes]) -> None:
    """End it, and wait until it has."""
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def until_warm(process: subprocess.Popen[bytes], patience: Seconds = 120.0) -> None:
    """It has looked at the triggers, of which there are none: the child has imported all it needs."""
    now = datetime.now(UTC)
    with transaction() as session:
        job_id = enqueue(session, JobDraft(JobKind.CHECK_TRIGGERS, {}), now)
    until = perf_counter() + patience
    while perf_counter() < until and process.poll() is None:
        with reading() as session:
            if session.get_one(tables.Job, job_id).state == JobState.SUCCEEDED.value:
                return
        sleep(0.05)
    raise AssertionError("the worker did not get ready")


def until_done(run_id: int, patience: Seconds = 3600.0) -> None:
    """Wait for a run to succeed."""
    until = perf_counter() + patience
    while perf_counter() < until:
        with reading() as session:
            run = get_run(session, run_id)
        if run.state is JobState.SUCCEEDED:
            return
        if run.state.is_final:
            raise AssertionError(f"the run {run.state.value}: {run.error}")
        sleep(0.02)
    raise AssertionError("the run did not end")


def scorers(positive: str | None) -> dict[str, Any]:
    """scikit-learn's scorers of the product's metrics, by the product's names.

    A fit is asked three times, as by the ready scorers: for labels, for ranks, for probabilities; the rest is cached.
    """
    from sklearn.metrics import (
        average_precision_score,
        f1_score,
        make_scorer,
        precision_score,
        recall_score,
        roc_auc_score,
    )

    if positive is None:
        told = {"f1_macro": f1_score, "precision_macro": precision_score, "recall_macro": recall_score}
        macro = {name: make_scorer(score, average="macro", zero_division=0) for name, score in told.items()}
        return {
            "accuracy": "accuracy",
            "balanced_accuracy": "balanced_accuracy",
            "log_loss": negative_log_loss,
            **macro,
        }
    told = {"f1": f1_score, "precision": precision_score, "recall": recall_score}
    flagged = {name: make_scorer(score, pos_label=positive, zero_division=0) for name, score in told.items()}
    return {
        **flagged,
        "roc_auc": make_scorer(roc_auc_score, response_method=RANKING),
        "average_precision": make_scorer(average_precision_score, response_method=RANKING, pos_label=positive),
        "accuracy": "accuracy",
        "balanced_accuracy": "balanced_accuracy",
        "log_loss": negative_log_loss,
    }


def negative_log_loss(estimator: Any, X: Any, y: Any) -> float:
    """As the product has it: of estimated probabilities only, of the truth's own column.

    scikit-learn's ready scorer passes one column of two and takes 1 - p for the other, which loses digits near 1.
    """
    from sklearn.metrics import log_loss

    if not hasattr(estimator, "predict_proba"):
        return float("nan")
    return -float(log_loss(y, estimator.predict_proba(X), labels=estimator.classes_))


def greatest_gap(ours: Mapping[str, Scores], theirs: Mapping[str, Scores]) -> float:
    """The greatest difference between mean scores in natural units; every triple of theirs must be among ours."""
    gaps = [
        abs(METRICS[metric].natural(ours[triple][metric]) - METRICS[metric].natural(value))
        for triple, scores in theirs.items()
        for metric, value in scores.items()
        if isfinite(value)
    ]
    return max(gaps)


def beside_its_peer(script: str, question: Question, triples: Sequence[Triple], limit: float) -> list[Bar]:
    """A run of the triples, worked off by a real worker, then the script's `--peer` on the same store.

    Two bars: the wall time of the run by the peer's, of at most `limit`, and how far their mean scores are apart.
    """
    name = question.name
    with ground_of(question) as ground:
        with worker():
            started = perf_counter()
            run_id = ground.launch(triples)
            until_done(run_id)
            seconds = perf_counter() - started
        theirs = in_a_process(script, "--peer", name)
        gap = greatest_gap(ground.scores(run_id), theirs["scores"])
    print(f"{name}: {seconds:.1f} s, GridSearchCV {theirs['seconds']:.1f} s", file=sys.stderr)
    return [
        bar(f"{name}: wall time of the run / of GridSearchCV", seconds / theirs["seconds"], limit, ""),
        bar(f"{name}: greatest difference of a mean score", gap, EQUAL, ""),
    ]


def in_a_process(script: str, *arguments: str) -> Any:
    """Run a benchmark's other half in an interpreter of its own; the JSON it prints last."""
    command = [sys.executable, script, *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])
