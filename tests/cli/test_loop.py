"""Promote, predict, feedback, decay and triggers from the command line, on a project that answers."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db.session import transaction
from mms.cli.main import main
from mms.usecases.members import ensure_local_admin
from tests.wards import MARCH, a_model, a_snapshot, a_world


@pytest.fixture
def models(sqlite_store: str, tmp_path: Path) -> list[int]:
    """Two models of the project 'Wards'; nobody is champion."""
    with transaction() as session:
        local = ensure_local_admin(session, MARCH)
    project_id = a_world(tmp_path, local, MARCH)
    with transaction() as session:
        snapshot_id = a_snapshot(session, project_id, 1, MARCH)
        first = a_model(session, project_id, snapshot_id, 1, MARCH)
        return [first, a_model(session, project_id, snapshot_id, 2, MARCH - timedelta(days=1), score=0.4)]


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, Any]:
    code = main([*argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_loop_runs_from_promotion_to_decay(models: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    row = json.dumps({"patient": 100, "ward": "north", "age": 80})

    promoted = run(capsys, "promote", str(models[0]), "--reason", "the first one")
    asked = run(capsys, "predict", "Wards", row)
    stored = run(capsys, "predict", "Wards", "--entity", "patient=3")
    prediction = asked[1]["predictions"][0]["id"]
    told = run(capsys, "feedback", "Wards", "--prediction", str(prediction), "--truth", "yes")
    decay = run(capsys, "decay", "Wards", "--metric", "recall")

    assert [code for code, _ in (promoted, asked, stored, told, decay)] == [0] * 5
    assert stored[1]["predictions"][0]["features"]["age"] == 63.0
    assert told[1] == {"recorded": 1}
    assert (decay[1]["decay"]["predicted"], decay[1]["decay"]["labelled"]) == (2, 1)
    by_week = run(capsys, "decay", "Wards", "--grain", "week", "--by-days", "--previous", "--since", "2020-01-01")[1]
    assert by_week["decay"]["grain"] == "week"
    assert sum(point["n"] for point in by_week["decay"]["points"]) == 2
    assert run(capsys, "decay", "Wards", "--over", "age")[1]["ages"]["lines"][0]["model"]["id"] == models[0]
    assert run(capsys, "decay", "Wards", "--over", "segments")[1]["segments"]["lines"] == []
    assert main(["decay", "Wards"]) == 0
    assert "the period is not over" in capsys.readouterr().out


def test_the_model_table_and_one_model_are_told(
    models: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = run(capsys, "models", "Wards", "--limit", "1")[1]
    shown = run(capsys, "model", "show", str(models[1]))[1]
    written = run(capsys, "model", "artifact", str(models[0]), str(tmp_path / "model.joblib"))
    again = run(capsys, "model", "artifact", str(models[0]), str(tmp_path / "model.joblib"))

    assert ([model["id"] for model in page["models"]], page["total"]) == ([models[0]], "2")
    assert shown["model"]["ranked"]["version"] == 2
    assert (written[0], again[0]) == (0, 1)
    said = run(capsys, "run", "standings", "1")[1]["words"]
    assert said.startswith("v1 logistic regression is the only model of this run")
    assert main(["models", "Wards"]) == 0
    assert "logistic regression" in capsys.readouterr().out


def test_models_are_found_by_a_filter_tagged_and_written_to_a_file(
    models: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tagged = run(capsys, "model", "tag", str(models[1]), "--add", "prod")[1]
    run(capsys, "model", "describe", str(models[1]), "For nights.")
    run(capsys, "model", "owner", str(models[1]), "Grace")
    where = ("--where", "tag = 'prod' AND owner = 'Grace' AND 'nights'")
    found = run(capsys, "models", "Wards", *where, "--sort", "version", "--column", "f1")[1]
    short = run(capsys, "models", "Wards", "--text", "nights", "--state", "candidate", "--run", "1")[1]
    written = run(capsys, "models", "Wards", "--csv", str(tmp_path / "all.csv"))
    refused = run(capsys, "models", "Wards", "--where", "f1 >")

    assert tagged == {"changed": 1}
    assert [model["id"] for model in found["models"]] == [models[1]]
    assert found["tags"] == {str(models[1]): ["prod"]}
    assert list(found["values"][str(models[1])]) == ["f1"]
    assert {model["id"] for model in short["models"]} <= {models[1]}
    assert (written[0], written[1]["models"]) == (0, 2)
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 3
    assert (refused[0], refused[1]["error"]["kind"]) == (1, "invalid")
    assert "column 5" in refused[1]["error"]["sentence"]


def test_a_view_is_kept_by_the_command_line(models: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    view = run(capsys, "views", "save", "Wards", "Prod", "where=tag%3D%27prod%27", "--shared")[1]["view"]
    listed = run(capsys, "views", "list", "Wards")[1]["views"]
    run(capsys, "views", "delete", str(view["id"]))

    assert listed == [view]
    assert run(capsys, "views", "list", "Wards")[1] == {"views": []}


def test_a_promotion_against_the_advice_is_asked_for_and_undone(
    models: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "promote", str(models[0]), "--reason", "the first one")

    refused = run(capsys, "promote", str(models[1]), "--reason", "newer")
    seated = run(capsys, "promote", str(models[1]), "--reason", "newer", "--against-advice")
    back = run(capsys, "rollback", "Wards", "--reason", "it was worse")

    assert [refused[0], seated[0], back[0]] == [1, 0, 0]
    assert run(capsys, "champions", "Wards")[1]["champions"][0]["model"]["id"] == models[0]
    assert run(capsys, "champions", "Wards", "--as-of", "2020-01-01")[1] == {"champions": []}


def test_triggers_are_kept_from_the_command_line(models: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    made = run(capsys, "triggers", "add", "Wards", "time", "90")[1]["trigger"]
    refused = run(capsys, "triggers", "add", "Wards", "time", "-1")
    edited = run(capsys, "triggers", "edit", str(made), "--threshold", "60", "--no-enabled")
    (row,) = run(capsys, "triggers", "list", "Wards")[1]["triggers"]
    checked = run(capsys, "triggers", "check", "Wards")
    deleted = run(capsys, "triggers", "delete", str(made))

    assert [refused[0], edited[0], checked[0], deleted[0]] == [1, 0, 0, 0]
    assert row["trigger"]["rule"]["conditions"][0]["threshold"] == 60
    assert row["trigger"]["enabled"] is False
    assert run(capsys, "triggers", "list", "Wards")[1]["triggers"] == []


@pytest.mark.parametrize(
    "argv",
    [
        ["predict", "Wards"],
        ["predict", "Wards", "{"],
        ["predict", "Wards", "[1]"],
        ["predict", "Wards", "--entity", "patient"],
        ["feedback", "Wards", "--prediction", "1"],
        ["feedback", "Wards", '[{"truth": "yes"}]'],
        ["champions", "Wards", "--as-of", "yesterday"],
        ["snapshot", "take", "Wards", "--where", "age", "~", "3"],
    ],
)
def test_arguments_that_mean_nothing_are_refused(
    models: list[int], argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = run(capsys, *argv)

    assert (code, document["error"]["kind"]) == (1, "invalid")
    assert document["error"]["sentence"].endswith(".")


def test_tables_are_loaded_and_joined(models: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "doctors.csv"
    file.write_text("ward,doctors\nnorth,3\nsouth,4\n")

    loaded = run(capsys, "table", "load", "Wards", "doctors", str(file), "--key", "ward")
    listed = run(capsys, "table", "list", "Wards")
    declare = ["instances", "declare", "Wards", "--base", "visits", "--target", "missed", "--key", "patient"]
    times = ["--time", "seen_at", "--label-time", "known_at", "--feature", "ward", "--feature", "age"]
    declared = run(capsys, *declare, *times, "--join", "doctors:ward=ward", "--join", "weather:ward=ward:as-of")
    wrong = run(capsys, *declare, *times, "--join", "doctors")

    assert loaded[1]["table"]["row_count"] == 2
    assert "doctors" in [table["name"] for table in listed[1]["tables"]]
    assert [join["as_of"] for join in declared[1]["instances"]["joins"]] == [False, True]
    assert wrong[0] == 1
