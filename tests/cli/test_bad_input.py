"""On the command line bad input ends with 1 and one sentence, as text and as JSON, and changes nothing."""

import json
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from db.migrate import VERSION_TABLE
from db.session import engine, transaction
from mms.cli.main import main
from mms.domain.promotions import Seating
from mms.usecases.members import ensure_local_admin
from mms.usecases.promotions import promote
from tests.contents import contents, is_one_sentence
from tests.trained import points
from tests.wards import MARCH, a_model, a_snapshot, a_world

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(sqlite_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the verbs are typed; the store holds the wards with a champion, and points with a snapshot."""
    with transaction() as session:
        local = ensure_local_admin(session, MARCH)
    project_id = a_world(tmp_path, local, MARCH)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, MARCH), 1, MARCH)
        promote(session, local, Seating(model_id, "the first one"), MARCH)
    points(datetime.now(UTC)).to_csv(tmp_path / "points.csv", index=False)
    monkeypatch.chdir(tmp_path)
    assert main(["project", "create", "Points", "--file", "points.csv", "--target", "side", "--json"]) == 0
    assert main(["snapshot", "take", "Points", "--json"]) == 0
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """The sentence; the store is as before."""
    capsys.readouterr()
    before = contents()

    code = main([*argv, "--json"])

    out, err = capsys.readouterr()
    error: dict[str, Any] = json.loads(out)["error"]
    assert (code, err.strip()) == (1, error["sentence"])
    assert is_one_sentence(error["sentence"]), error["sentence"]
    assert contents() == before
    return str(error["sentence"])


FILES = {
    "a duplicated column": (b"id,side,side\n1,a,a\n", "two columns 'side'"),
    "a missing column": (b"id\n1\n2\n", "no column 'side'"),
    "a ragged row": (b"id,side\n1,a\n2\n", "Line 3 has 1 values"),
    "a wrong encoding": (b"id,side\n1,\xe9\n2,b\n", "Line 2 is not UTF-8"),
    "mixed types": (b"id,side\n1,1\n2,2\n3,three\n", "mostly numbers, but line 4 has 'three'"),
    "no rows": (b"id,side\n", "no rows"),
    "a null key": (b"id,side\n1,a\n,b\n", "'id' is empty in line 3"),
    "a key that stands twice": (b"id,side\n1,a\n1,b\n", "1 stands in line 2 and again in line 3"),
    "one class": (b"id,side\n1,a\n2,a\n", "one value 'a' only"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_makes_no_project(folder: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    content, words = FILES[case]
    (folder / "given.csv").write_bytes(content)

    said = refused(capsys, "project", "create", "New", "--file", "given.csv", "--target", "side", "--key", "id")

    assert words in said


TRIPLES = {
    "an unknown algorithm": ({"algorithm": "magic"}, "'magic'"),
    "an unknown hyperparameter": ({"hyperparameters": {"charm": 1}}, "no parameter 'charm'"),
    "a wrong type": ({"hyperparameters": {"C": "much"}}, "'C' of 'logistic' takes"),
    "out of range": ({"hyperparameters": {"C": -1}}, "'C' of 'logistic' takes"),
    "no recipe": ({"recipe": 7}, "no recipe"),
}


@pytest.mark.parametrize("case", TRIPLES)
def test_a_wrong_triple_launches_no_run(folder: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    changes, words = TRIPLES[case]
    steps = [{"transformer": "impute", "parameters": {}}]
    recipe = {"name": "plain", "branches": [{"columns": "numeric", "steps": steps}]}
    triple = {"recipe": recipe, "algorithm": "logistic", "hyperparameters": {}} | changes
    (folder / "triples.json").write_text(json.dumps([triple]))

    assert words in refused(capsys, "run", "launch", "Points", "--triples", "triples.json")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["predict", "Wards", '{"patient": 1, "ward": "north"}'], "lack 'age'"),
        (["predict", "Wards", '{"patient": 1, "ward": "north", "age": 3, "shoe": 1}'], "no feature 'shoe'"),
        (["predict", "Wards", '{"patient": 1, "ward": "north", "age": "old"}'], "'age' takes a number"),
        (["predict", "Wards", "--entity", "patient=99"], "no row of 99"),
        (["predict", "Points", '{"id": 1, "x": 1, "y": 1}'], "promote a model first"),
        (["feedback", "Wards", "--prediction", "77", "--truth", "yes"], "no prediction 77"),
        (["snapshot", "take", "Points", "--last-rows", "20"], "12"),
        (["snapshot", "take", "Points", "--where", "moon", "=", "1"], "moon"),
        (["run", "launch", "Points", "--snapshot", "77"], "no snapshot 77"),
        (["promote", "77", "--reason", "why not"], "no model 77"),
        (["decay", "Wards", "--metric", "beauty"], "'beauty'"),
    ],
)
@pytest.mark.slow
def test_what_is_wrong_is_named_and_nothing_changes(
    folder: Path, capsys: pytest.CaptureFixture[str], argv: list[str], words: str
) -> None:
    assert words in refused(capsys, *argv)


def test_a_store_from_a_newer_version_is_left_alone(sqlite_store: str, capsys: pytest.CaptureFixture[str]) -> None:
    with engine().begin() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])

    said = refused(capsys, "migrate")
    before = contents()
    command = [sys.executable, "-m", "mms", "serve", "--port", port, "--json"]
    served = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert "newer version" in said
    assert served.returncode == 1
    assert json.loads(served.stdout)["error"]["sentence"] == said
    assert contents() == before
