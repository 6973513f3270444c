"""The command line: every verb has its line of help, one JSON document, and the right exit code."""

import json
from pathlib import Path
from typing import Any

import pytest

from mms.cli.main import NOUNS, main
from tests.api.conftest import MARCH
from tests.trained import points


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, Any]:
    """Exit code and the JSON document of one verb."""
    code = main([*argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A CSV of points to learn from."""
    path = tmp_path / "points.csv"
    points(MARCH).to_csv(path, index=False)
    return path


def test_every_verb_has_one_line_of_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    assert ended.value.code == 0
    told = capsys.readouterr().out
    for verb in NOUNS:
        assert f"    {verb}" in told
    for verb in ("project", "table", "instances", "snapshot", "run", "model", "triggers", "demo"):
        with pytest.raises(SystemExit):
            main([verb, "--help"])
        assert "-h, --help" in capsys.readouterr().out


@pytest.mark.parametrize("argv", [[], ["fly"], ["models"], ["run", "launch"], ["promote", "x", "--reason", "y"]])
def test_wrong_usage_ends_with_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)

    assert ended.value.code == 2


def test_a_refusal_ends_with_1_and_one_sentence(sqlite_store: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["models", "Nope", "--json"])

    told = capsys.readouterr()
    error = json.loads(told.out)["error"]
    assert (code, error["kind"]) == (1, "not found")
    assert told.err.strip() == error["sentence"]


def test_migrate_says_where_the_data_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MMS_HOME", str(tmp_path))
    monkeypatch.delenv("MMS_DATABASE_URL", raising=False)

    first, second = run(capsys, "migrate"), run(capsys, "migrate")

    assert first[0] == second[0] == 0
    assert first[1]["home"] == str(tmp_path)
    assert second[1]["migration"]["before"] == first[1]["migration"]["after"]


def test_a_project_from_one_file_gets_its_snapshot_and_run(
    sqlite_store: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = run(capsys, "project", "create", "Points", "--file", str(file), "--target", "side", "--positive", "yes")
    taken = run(capsys, "snapshot", "take", "Points")
    launched = run(capsys, "run", "launch", "Points")

    assert [made[0], taken[0], launched[0]] == [0, 0, 0]
    assert made[1]["project"]["task"] == "binary"
    assert taken[1]["snapshot"]["row_count"] == len(file.read_text().splitlines()) - 1
    assert launched[1]["run"]["run"]["state"] == "queued"
    run_id = str(launched[1]["run"]["run"]["id"])
    assert run(capsys, "run", "status", run_id)[1]["run"]["triples"]
    assert run(capsys, "jobs", "Points")[1]["jobs"][0]["kind"] == "run"
    assert run(capsys, "run", "cancel", run_id)[0] == 0
    assert run(capsys, "run", "list", "Points")[1]["runs"][0]["state"] == "cancelled"
    assert run(capsys, "run", "again", run_id)[1]["run"]["run"]["id"] != int(run_id)


def test_a_wrong_project_is_refused_and_nothing_is_made(
    sqlite_store: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for argv in (
        ["project", "create", "Points", "--file", str(file)],
        ["project", "create", "Points", "--file", str(file), "--target", "moon"],
        ["project", "create", "Points", "--file", "/no/such/file.csv", "--target", "side"],
        ["project", "create", "Points", "--file", str(file), "--target", "side", "--type", "x=colour"],
        ["project", "create", "Points"],
    ):
        code, document = run(capsys, *argv)
        assert (code, document["error"]["kind"]) == (1, "invalid"), argv
    assert run(capsys, "project", "list") == (0, {"projects": []})


def test_a_project_is_edited_archived_and_deleted(sqlite_store: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "project", "create", "Empty", "--task", "binary")

    edited = run(capsys, "project", "edit", "Empty", "--margin", "0.05", "--description", "none yet")
    archived = run(capsys, "project", "archive", "Empty")
    shown = run(capsys, "project", "list")
    back = run(capsys, "project", "unarchive", "Empty")
    deleted = run(capsys, "project", "delete", "Empty")

    assert edited[1]["project"]["policy"]["margin"] == 0.05
    assert [archived[0], back[0], deleted[0]] == [0, 0, 0]
    assert shown[1] == {"projects": []}
    assert run(capsys, "project", "list", "--archived")[1] == {"projects": []}


@pytest.mark.slow
def test_wait_without_a_worker_says_so(
    sqlite_store: str, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, "project", "create", "Points", "--file", str(file), "--target", "side", "--positive", "yes")
    run(capsys, "snapshot", "take", "Points")
    monkeypatch.setattr("mms.cli.runs._TELL_AFTER", 0.1)
    monkeypatch.setattr("mms.cli.runs._GIVE_UP_AFTER", 1.0)

    code = main(["run", "launch", "Points", "--wait", "--json"])

    told = capsys.readouterr()
    assert code == 1
    assert "No worker is alive" in told.err
    assert json.loads(told.out)["error"]["kind"] == "unavailable"
