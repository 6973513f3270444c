"""A small project that answers: visits to wards, two joined tables, and models that are really fitted."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes
from db.queries.snapshots import profile_to_json
from db.session import transaction
from mms.domain.buckets import Sums
from mms.domain.members import Member
from mms.domain.models import Holdout, Signature
from mms.domain.predictions import Request
from mms.domain.projects import ProjectDraft, Task
from mms.domain.snapshots import Profile, Selection, selection_to_json
from mms.domain.tables import Column, ColumnType, InstanceDraft, Join, TableSource
from mms.ml.persistence import environment
from mms.security.site_key import sign, site_key
from mms.settings import settings
from mms.usecases.projects import create_project
from mms.usecases.tables import declare_instances, load_table

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
INPUTS = (
    Column("ward", ColumnType.CATEGORY),
    Column("age", ColumnType.NUMBER),
    Column("wards.beds", ColumnType.INTEGER),
    Column("weather.rain", ColumnType.NUMBER),
)
WARDS = ("north", "south", "west")


def a_world(folder: Path, member: Member, now: datetime) -> int:
    """Project with base table, joined tables and declaration; no model yet. Returns the project's id."""
    with transaction() as session:
        draft = ProjectDraft("Wards", Task.BINARY, primary_metric="f1", positive_class="yes")
        project_id = create_project(session, member, draft, now).id
    for source in _sources(folder):
        with transaction() as session:
            load_table(session, member, project_id, source, now)
    with transaction() as session:
        ids = {row.name: row.id for row in session.query(tables.FeatureTable)}
        joins = (
            Join(ids["wards"], "wards", (("ward", "ward"),)),
            Join(ids["weather"], "weather", (("ward", "ward"),), as_of=True),
        )
        instances = InstanceDraft(
            "visits", "missed", ("patient",), "seen_at", "known_at", features=("ward", "age"), joins=joins
        )
        declare_instances(session, member, project_id, instances, now)
    return project_id


def _sources(folder: Path) -> Sequence[TableSource]:
    visits = pd.DataFrame(
        {
            "patient": range(6),
            "seen_at": [f"2026-02-{day:02}T10:00:00Z" for day in range(1, 7)],
            "ward": ["north", "south", "west"] * 2,
            "age": [30.0, 41, 52, 63, 74, 85],
            "missed": ["no", "yes"] * 3,
            "known_at": [f"2026-02-{day:02}T12:00:00Z" for day in range(1, 7)],
        }
    )
    weather = pd.DataFrame(
        {
            "ward": np.repeat(WARDS, 3),
            "hour": ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-01T06:00:00Z"] * 3,
            "rain": [1.0, 2.0, 3.0] * 3,
        }
    )
    frames = {"visits": visits, "wards": pd.DataFrame({"ward": WARDS, "beds": [10, 20, 30]}), "weather": weather}
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return (
        TableSource("visits", folder / "visits.csv", ("patient",), "seen_at", {"missed": ColumnType.CATEGORY}),
        TableSource("wards", folder / "wards.csv", ("ward",)),
        TableSource("weather", folder / "weather.csv", ("ward",), "hour"),
    )


@cache
def _pipeline(bend: float) -> bytes:
    chance = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "ward": pd.Series(chance.choice(WARDS, 400), dtype="str"),
            "age": chance.uniform(20, 90, 400),
            "wards.beds": pd.Series(chance.choice([10, 20, 30], 400), dtype="Int64"),
            "weather.rain": chance.choice([1.0, 2.0, 3.0], 400),
        }
    )
    target = np.where(frame["age"] * bend + frame["weather.rain"] * 10 + chance.normal(0, 10, 400) > 70, "yes", "no")
    numbers = ["age", "wards.beds", "weather.rain"]
    scaled = make_pipeline(SimpleImputer(), StandardScaler())
    prepared = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["ward"]), (scaled, numbers))
    fitted = make_pipeline(prepared, LogisticRegression()).fit(frame, target)
    buffer = io.BytesIO()
    joblib.dump(fitted, buffer)
    return buffer.getvalue()


def a_snapshot(session: Session, project_id: int, number: int, now: datetime) -> int:
    """A snapshot's row; its newest row is of 6 February."""
    blob = put_bytes(session, b"rows", now)
    row = tables.Snapshot(
        project_id=project_id, number=number, content_hash=f"{project_id:032x}{number:032x}", row_count=6, columns=[],
        target="missed", entity_key=["patient"], time="seen_at", label_time="known_at",
        selection=selection_to_json(Selection()), fold_kind="by time", fold_seed=0,
        profile=profile_to_json(Profile((), {})), data_blob=blob, folds_blob=blob,
        time_from=datetime(2026, 2, 1, 10, tzinfo=UTC), time_to=datetime(2026, 2, 6, 10, tzinfo=UTC),
        taken_by="ada", created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def a_model(
    session: Session,
    project_id: int,
    snapshot_id: int,
    version: int,
    now: datetime,
    *,
    holdout: Sums | None = None,
    newest: dict[str, Any] | None = None,
    state: str = "candidate",
    score: float = 0.5,
    bend: float = 1.0,
) -> int:
    """A model with a pipeline that really answers; returns its id."""
    blob = put_bytes(session, _pipeline(bend), now)
    signature = Signature(INPUTS, ("no", "yes"), {})
    artifact = tables.Artifact(
        sha256=blob, size=1, hmac=sign(site_key(settings().key_file), blob), signature=signature.to_json(),
        environment=environment(), created_at=now,
    )  # fmt: skip
    recipe = {"name": "plain", "branches": []}
    content = {"recipe": recipe, "algorithm": "logistic regression", "hyperparameters": {"c": version}}
    triple = tables.Triple(project_id=project_id, hash=f"{version:064x}", content=content)
    run = tables.Run(
        project_id=project_id, number=version, kind="selection", state="succeeded", snapshot_id=snapshot_id,
        request={"triples": [content], "retraining": None}, triples=1, launched_by="ada", created_at=now,
    )  # fmt: skip
    session.get_one(tables.Project, project_id).last_run = version
    session.add_all([artifact, triple, run])
    session.flush()
    place = tables.RunTriple(
        run_id=run.id, triple_id=triple.id, position=0, origin="space", state="succeeded", newest=newest
    )
    session.add(place)
    session.flush()
    span = Holdout(MARCH - timedelta(days=9), MARCH, holdout).to_json() if holdout else None
    row = tables.Model(
        project_id=project_id, version=version, run_id=run.id, run_triple_id=place.id, snapshot_id=snapshot_id,
        triple_id=triple.id, artifact_id=artifact.id, oof_blob=blob, algorithm="logistic regression", recipe="plain",
        hyperparameters={}, state=state, score=score, score_sd=0.01, build_seconds=1.0, artifact_size=1,
        threshold=0.5, holdout=span, seed=0, owner="ada", created_at=now, touched_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(
        tables.ModelScore(
            model_id=row.id,
            project_id=row.project_id,
            metric="f1",
            mean=score,
            sd=0.01,
            minimum=score,
            maximum=score,
            final=None,
        )
    )
    session.flush()
    return row.id


def visit(patient: int, *, ward: str = "north", age: float = 50.0, at: datetime = MARCH) -> Request:
    """A question about a visit, with its base columns."""
    return Request({"patient": patient}, {"ward": ward, "age": age}, at)


def confused(tp: int, fp: int, fn: int, tn: int) -> Sums:
    """The sums of a confusion matrix of yes and no."""
    cells = {("yes", "yes"): tp, ("no", "yes"): fp, ("yes", "no"): fn, ("no", "no"): tn}
    n = tp + fp + fn + tn
    return Sums(n, n, {key: count for key, count in cells.items() if count})
