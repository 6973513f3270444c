"""A data scientist's session over REST alone: a frame becomes a project, objects become models, models come back."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from mms.client import Client, Project, connect
from mms.client.runs import bar_line
from mms.domain.errors import Conflict, Invalid, NotFound, Unavailable
from tests.trained import points, work_off

NOW = datetime.now(UTC).replace(microsecond=0)
EXACT = {"tol": 1e-3, "max_iter": 200}
"""What our logistic regression keeps, so that nothing is to note."""


@pytest.fixture
def project(client: Client) -> Project:
    """The points, without their time."""
    frame = points(NOW).drop(columns="at").set_index("id")
    return client.create_project("Points", frame, "side", key="id", time="", label_time="", positive_class="yes")


@pytest.mark.slow
def test_a_grid_search_becomes_models_that_come_back(project: Project) -> None:
    snapshot = project.take_snapshot(folds="stratified")
    numbers = ColumnTransformer([("numbers", StandardScaler(), make_column_selector(dtype_include="number"))])
    search = GridSearchCV(make_pipeline(numbers, LogisticRegression(**EXACT)), {"logisticregression__C": [0.1, 1.0]})
    run = project.launch(search)
    work_off(datetime.now(UTC))
    run.wait(bar=False)

    board = run.leaderboard()
    best = project.model(int(board.index[0]))
    rows = points(NOW)
    folds, oof, pipeline = best.folds(), best.out_of_fold(), best.load()

    assert (project.snapshots(), run.notes, run.failures()) == ([snapshot], (), {})
    assert snapshot.columns == {"x": "number", "y": "number"}
    assert sorted(board["algorithm"]) == ["dummy", "logistic", "logistic"]
    assert {values.get("C") for values in board["hyperparameters"]} == {None, 0.1, 1.0}
    assert list(folds["fold"]) == list(range(-1, 12))
    assert board["f1"].iloc[0] == pytest.approx(folds["f1"].iloc[1:].mean(), abs=1e-12)
    assert len(oof) == snapshot.rows
    assert set(best.predict(rows)) == {"yes", "no"}
    assert list(best.predict(rows)) == list(pipeline.predict(rows))
    assert [again.id for again in project.runs()] == [run.id]
    pd.testing.assert_frame_equal(project.models("run = 1"), board)


@pytest.mark.slow
def test_out_of_fold_rows_are_those_of_scikit_learn(project: Project) -> None:
    project.take_snapshot(folds="stratified")
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(**EXACT))
    run = project.launch(pipeline)
    work_off(datetime.now(UTC))
    best = project.model(int(run.leaderboard().index[0]))

    oof = best.out_of_fold()
    rows = points(NOW).sort_values("id", ignore_index=True)
    splits = [(np.flatnonzero(oof["fold"] != k), np.flatnonzero(oof["fold"] == k)) for k in range(12)]
    expected = cross_val_predict(pipeline, rows[["x", "y"]], rows["side"], cv=splits, method="predict_proba")

    assert list(oof["truth"]) == list(rows["side"])
    np.testing.assert_allclose(oof[["p_0", "p_1"]], expected, atol=1e-9)


def test_what_cannot_be_translated_launches_nothing(project: Project) -> None:
    project.take_snapshot()

    with pytest.raises(Invalid, match=r"'normalizer' \(Normalizer\).*The nearest vetted step is"):
        project.launch(make_pipeline(Normalizer(), LogisticRegression()))
    with pytest.raises(Invalid, match="no scikit-learn object"):
        project.launch(LogisticRegression)
    with pytest.raises(Invalid, match="grid does not fit"):
        project.launch(GridSearchCV(LogisticRegression(), {"charm": [1]}))

    assert project.runs() == []


def test_a_frame_becomes_a_feature_table(project: Project) -> None:
    more = pd.DataFrame({"id": ["p1-0"], "seen_at": pd.to_datetime(["2026-01-01T10:00:00Z"]), "visits": [3]})

    project.upload("visits", more, "id", time="seen_at")

    assert sorted(project.tables()) == ["base", "visits"]
    with pytest.raises(Conflict, match="visits"):
        project.upload("visits", more, "id")


def test_refusals_are_the_servers_own_sentences(client: Client, project: Project) -> None:
    with pytest.raises(NotFound, match="moon"):
        client.project("moon")
    with pytest.raises(NotFound, match="no model 7"):
        project.model(7)
    with pytest.raises(Conflict, match="no snapshot yet"):
        project.launch(LogisticRegression())
    with pytest.raises(Invalid, match="colour"):
        project.models(colour="red")
    with pytest.raises(Invalid, match="extent"):
        project.take_snapshot({"extent": "some"})


def test_a_server_that_is_away_gets_one_sentence(url: str) -> None:
    with pytest.raises(Unavailable, match=r"No MMS answers at http://127\.0\.0\.1:9:"):
        connect("http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="is no MMS"):
        connect(f"{url}/elsewhere")
    with pytest.raises(Invalid, match="no address"):
        connect("127.0.0.1:8501")


@pytest.mark.slow
def test_bytes_that_are_not_those_recorded_are_not_unpickled(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.take_snapshot()
    run = project.launch(LogisticRegression())
    work_off(datetime.now(UTC))
    model = project.model(int(run.leaderboard().index[0]))
    opened: list[Any] = []
    monkeypatch.setattr(joblib, "load", opened.append)

    model.details["artifact_sha"] = hashlib.sha256(b"other").hexdigest()
    with pytest.raises(Unavailable, match="not those that were stored"):
        model.load()
    model.details["environment"]["scikit-learn"] = "0.1.0"
    with pytest.raises(Conflict, match=r"scikit-learn 0\.1\.0"):
        model.load()

    assert opened == []


def test_waiting_ends(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.take_snapshot()
    run = project.launch(LogisticRegression())

    with pytest.raises(Unavailable, match="queued after 0 s"):
        run.wait(0)
    run.cancel()
    with pytest.raises(Conflict, match="cancelled"):
        run.wait(bar=False)

    assert "run 1  ░" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("state", "done", "left", "line"),
    [
        ("queued", 0, None, "run 3  " + "░" * 30 + "  0 of 26 queued"),
        ("running", 13, 41.7, "run 3  " + "█" * 15 + "░" * 15 + "  13 of 26 running, 42 s left"),
        ("succeeded", 25, None, "run 3  " + "█" * 30 + "  26 of 26 succeeded"),
    ],
)
def test_the_bar_says_what_is_done(state: str, done: int, left: float | None, line: str) -> None:
    page = {
        "run": {"number": 3, "state": state, "progress": {"done": done, "total": 26, "doing": ""}},
        "seconds_left": left,
    }

    assert bar_line(page) == line
