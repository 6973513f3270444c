"""`run launch --wait` follows a run that a worker beside it fits."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mms.cli.main import main
from tests.trained import points

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def worker(sqlite_store: str) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m mms worker` on the test's store; it ends when its input does."""
    command = [sys.executable, "-m", "mms", "worker", "--parent-pipe"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ.copy(), stdin=subprocess.PIPE, stdout=quiet, stderr=quiet
    )
    yield process
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_wait_ends_when_the_run_has_succeeded(
    worker: subprocess.Popen[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    points(datetime.now(UTC)).to_csv(tmp_path / "points.csv", index=False)
    steps = [{"transformer": "impute", "parameters": {}}]
    recipe = {"name": "plain", "branches": [{"columns": "numeric", "steps": steps}]}
    triple = {"recipe": recipe, "algorithm": "naive_bayes", "hyperparameters": {}}
    (tmp_path / "triples.json").write_text(json.dumps([triple]))
    file = str(tmp_path / "points.csv")
    assert main(["project", "create", "Points", "--file", file, "--target", "side"]) == 0
    assert main(["snapshot", "take", "Points"]) == 0
    capsys.readouterr()

    code = main(["run", "launch", "Points", "--triples", str(tmp_path / "triples.json"), "--wait", "--json"])

    out, err = capsys.readouterr()
    page = json.loads(out)["run"]
    assert (code, page["run"]["state"]) == (0, "succeeded")
    assert [triple["folds_done"] for triple in page["triples"]] == [12, 12]
    assert all(triple["model_id"] for triple in page["triples"])
    assert "of 26" in err, "it tells how far the run is"
