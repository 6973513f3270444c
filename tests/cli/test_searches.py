"""Searches from the command line: what they launch is what they foretell, and a run is launched again as it was."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from db.queries.runs import get_run, run_triples
from db.session import reading
from mms.cli.main import main
from mms.domain.runs import Run
from mms.domain.search import SearchKind
from mms.domain.triples import Triple
from tests.trained import points


@pytest.fixture
def folder(sqlite_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the verbs are typed; the store holds points in two wards, with a snapshot."""
    frame = points(datetime.now(UTC)).assign(ward=["north", "south"] * 65)
    frame.to_csv(tmp_path / "points.csv", index=False)
    monkeypatch.chdir(tmp_path)
    file = ["--file", "points.csv", "--target", "side", "--key", "id", "--time", "at"]
    assert main(["project", "create", "Points", *file, "--json"]) == 0
    assert main(["snapshot", "take", "Points", "--json"]) == 0
    return tmp_path


def answered(capsys: pytest.CaptureFixture[str], *argv: str) -> Any:
    capsys.readouterr()
    main([*argv, "--json"])
    return json.loads(capsys.readouterr().out)


def stored(run_id: int) -> tuple[Run, list[Triple]]:
    with reading() as session:
        return get_run(session, run_id), run_triples(session, run_id)


@pytest.mark.parametrize(
    ("asked", "kind", "triples"),
    [
        ([], SearchKind.ALL, 5),
        (["--algorithm", "logistic", "--recipe", "trees", "--recipe", "standard"], SearchKind.ALL, 2),
        (["--algorithm", "tree", "--values", "small", "--halving"], SearchKind.HALVING, 9),
        (["--algorithm", "tree", "--algorithm", "mlp", "--draw", "7", "--halving", "4"], SearchKind.HALVING, 7),
        (["--algorithm", "tree", "--trials", "4"], SearchKind.TRIALS, 0),
    ],
)
def test_a_search_is_launched_as_it_was_foretold(
    folder: Path, capsys: pytest.CaptureFixture[str], asked: list[str], kind: SearchKind, triples: int
) -> None:
    plan = answered(capsys, "run", "launch", "Points", *asked, "--preview")["plan"]
    launched = answered(capsys, "run", "launch", "Points", *asked)["run"]["run"]

    run, given = stored(launched["id"])
    assert (run.id, run.search.kind, len(given)) == (1, kind, triples), "a preview launches nothing"
    assert plan["fits"] == run.fits > 0
    assert plan["seconds"] > 0


def test_a_fan_out_foretells_the_fits_of_its_search(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = answered(
        capsys, "run", "fan-out", "Points", "--column", "ward", "--minimum-rows", "30", "--algorithm", "tree",
        "--trials", "4",
    )  # fmt: skip

    assert {stored(run_id)[0].fits for run_id in told["runs"]} == {told["fan_out"]["fits"]} == {65}


def test_a_run_is_launched_again_as_it_was(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scope = ["--scope", "group:ward=north"]
    answered(capsys, "run", "launch", "Points", "--algorithm", "tree", "--trials", "4", "--seed", "7", *scope)

    answered(capsys, "run", "again", "1")

    (before, _), (after, _) = stored(1), stored(2)
    assert (after.search, after.scope, after.seed) == (before.search, before.scope, 7)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--algorithm", "magic"], "'magic'"),
        (["--recipe", "magic"], "no recipe 'magic': take one of standard"),
        (["--values", "range"], "draw at random"),
        (["--draw", "0"], "1 to 1,000"),
        (["--trials", "4", "--halving"], "leave --halving out"),
        (["--neighbourhood"], "no champion yet"),
        (["--neighbourhood", "--draw", "4"], "name them with --algorithm"),
    ],
)
def test_arguments_that_make_no_search_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], asked: list[str], words: str
) -> None:
    refused = answered(capsys, "run", "launch", "Points", *asked)

    assert words in refused["error"]["sentence"]
    assert answered(capsys, "run", "list", "Points")["runs"] == []
