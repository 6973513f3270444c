"""What README and docs/ promise is there: every call and verb they show is run, every link leads somewhere."""

import json
import re
import shlex
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from db import models as tables
from db.session import transaction
from mms.api.app import create_api
from mms.api.mount import Rest, create_site
from mms.cli.main import main, parser
from mms.domain.members import Member
from mms.domain.projects import Task
from mms.domain.promotions import Seating
from mms.domain.scores import METRICS
from mms.ml.spaces import _FIRST
from mms.monitoring.metrics import WATCHED
from mms.usecases.members import ensure_local_admin
from mms.usecases.promotions import promote
from tests.backtested import fit_past
from tests.http import TestClient
from tests.trained import work_off

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = (README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))
REST, CLI, STATISTICS = (ROOT / "docs" / f"{name}.md" for name in ("rest", "cli", "statistics"))
SERVERS = ("serve", "worker", "demo")
"""Verbs with a life of their own, run by tests/cli and tests/demo."""


def blocks(document: Path, *languages: str) -> Iterator[tuple[str, str]]:
    """(language, text) of the fenced blocks."""
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL):
        if language in languages:
            yield language, text


def commands(document: Path, program: str) -> list[list[str]]:
    """The words of every call of a program in the shell blocks; lines may be continued."""
    lines = [line for _, text in blocks(document, "sh") for line in text.replace("\\\n", " ").splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith(f"{program} ")]


def verbs(document: Path) -> list[list[str]]:
    """What follows `python -m mms` in a document."""
    return [words[2:] for words in commands(document, "python") if words[:2] == ["-m", "mms"]]


def _log() -> pd.DataFrame:
    """Past answers of a model that is served elsewhere."""
    chance, rows = np.random.default_rng(6), 600
    at = pd.date_range("2025-01-01", periods=rows, freq="1h", tz="UTC")
    age, score = chance.integers(18, 80, rows), chance.random(rows)
    truth = np.where(chance.random(rows) < score, "yes", "no")
    plan = chance.choice(["basic", "family"], rows)
    known = {"truth": truth, "truth_at": at + pd.Timedelta(days=1)}
    return pd.DataFrame(
        {"id": range(rows), "predicted_at": at, "age": age, "plan": plan, "score": score.round(3)} | known
    )


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the documents' calls are made, with the files they name."""
    chance, rows = np.random.default_rng(5), 400
    age, plan = chance.integers(18, 80, rows), chance.choice(["basic", "family", "student"], rows)
    leaves = age + 20 * (plan == "basic") + chance.normal(0, 10, rows) > 60
    last = datetime.now(UTC) - timedelta(hours=2)
    times = [(last - timedelta(hours=rows - i)).isoformat(timespec="seconds") for i in range(rows)]
    customers = {"customer_id": range(rows), "asked_at": times, "age": age, "plan": plan}
    pd.DataFrame(customers | {"churned": np.where(leaves, "yes", "no")}).to_csv(tmp_path / "customers.csv", index=False)
    (tmp_path / "plans.csv").write_text("plan,price\nbasic,10\nfamily,30\n")
    (tmp_path / "recipe.json").write_text('{"name": "plain", "branches": [{"columns": "numeric", "steps": []}]}')
    _log().to_csv(tmp_path / "log.csv", index=False)
    since = [{"customer_id": 1000 + i, "age": 20 + i, "plan": "basic"} for i in range(30)]
    truths = [{"prediction_id": 3 + i, "truth": "yes" if i > 9 else "no"} for i in range(30)]
    (tmp_path / "july.json").write_text(json.dumps(since))
    known = [row | {"asked_at": last.isoformat(), "churned": "yes" if row["age"] > 30 else "no"} for row in since]
    (tmp_path / "labelled.json").write_text(json.dumps({"rows": known}))
    (tmp_path / "truths.json").write_text(json.dumps(truths))
    monkeypatch.setitem(_FIRST, Task.BINARY, ("naive_bayes", "logistic"))  # the quick ones, fitted all the same
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def local(sqlite_store: str) -> Member:
    """Who everybody is behind the gate."""
    with transaction() as session:
        return ensure_local_admin(session, datetime.now(UTC))


@pytest.fixture
def client(local: Member) -> Iterator[TestClient]:
    """Speaks to the application on its usual port."""
    with TestClient(create_site(Rest()), base_url="http://127.0.0.1:8501") as made:
        yield made


def asked(client: TestClient, words: list[str]) -> Any:
    """What the server answers to a call of curl, of which these documents use few options."""
    method, content, headers, url = "", None, {}, ""
    rest = iter(words)
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "-d":
            word = next(rest)
            content = Path(word[1:]).read_bytes() if word.startswith("@") else word.encode()
        elif word == "-T":
            content = Path(next(rest)).read_bytes()
        elif word == "-o":
            next(rest)
        elif word != "-s":
            url = word
    return client.request(method or ("POST" if content else "GET"), url, content=content, headers=headers)


def time_went_by() -> None:
    """What only months would bring: a rule has retired the first model, and the champion decays."""
    now = datetime.now(UTC)
    with transaction() as session:
        model = session.get_one(tables.Model, 1)
        model.state, model.retired_at, model.retired_because = "retired", now, "nobody has asked it in 90 days"
        content = {"what": "v3 tree decays", "sure": "Sure.", "do": "Retrain.", "page": "decay"}
        alert = tables.Alert(project_id=model.project_id, key="decay:global", kind="decay", content=content)
        alert.raised_at = now
        session.add(alert)


def shape(value: Any, place: str = "") -> Iterator[str]:
    """The names in a JSON document, each with where it stands; every item of a list alike."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{place}.{name}"
            yield from shape(inner, f"{place}.{name}")
    if isinstance(value, list):
        for inner in value:
            yield from shape(inner, place)


@pytest.mark.slow
def test_every_call_of_the_rest_document_is_answered_as_it_says(client: TestClient, files: Path) -> None:
    names = dict(re.findall(r"^(\w)='?([^'\n]+)'?$", REST.read_text(), re.MULTILINE))
    answer: Any = None
    for language, text in blocks(REST, "sh", "json"):
        if language == "json":
            promised = json.loads(text)
            if "error" not in promised:
                assert set(shape(promised)) <= set(shape(answer.json())), text
            continue
        for name, value in names.items():
            text = text.replace(f"${name}", value)
        for line in (line for line in text.splitlines() if line.startswith("curl ")):
            if "/ageing?" in line:
                time_went_by()
            answer = asked(client, shlex.split(line)[1:])
            assert answer.status_code < 300, f"{line}\n{answer.text}"
            if line.endswith('/retry"'):
                work_off(datetime.now(UTC))
            if '/backtests" -H' in line:
                fit_past(datetime.now(UTC))


def test_every_route_is_in_the_rest_document() -> None:
    calls = [(words, next(word for word in words if "$A/" in word)) for words in commands(REST, "curl")]
    shown = {
        (words[words.index("-X") + 1] if "-X" in words else "GET", url.partition("?")[0].removeprefix("$A"))
        for words, url in calls
    }

    for path, methods in create_api().openapi()["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path.removeprefix("/v1")))
        for method in methods:
            assert any(m == method.upper() and pattern.fullmatch(p) for m, p in shown), f"{method.upper()} {path}"


def ran(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A verb of a document, done; runs are worked off here, where no worker is beside it."""
    waits = "--wait" in argv
    if argv[:2] == ["ageing", "preview"]:
        time_went_by()
    code = main([word for word in argv if word != "--wait"] + ["--json"])
    out, err = capsys.readouterr()
    assert code == 0, f"{argv}: {err}"
    assert json.loads(out)
    if waits:
        work_off(datetime.now(UTC))
    if argv[:2] == ["backtest", "fit"]:
        fit_past(datetime.now(UTC))


@pytest.mark.slow
def test_every_verb_of_the_command_line_document_is_done(
    local: Member, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for argv in verbs(CLI):
        if argv[0] not in SERVERS:
            ran(argv, capsys)


def test_every_verb_is_in_the_command_line_document() -> None:
    shown = verbs(CLI)
    for argv in shown:
        parser(argv).parse_args(argv)

    for words in every_verb(parser([])):
        assert any(argv[: len(words)] == words for argv in shown), " ".join(words)


def every_verb(of: ArgumentParser) -> Iterator[list[str]]:
    """The words of each verb, those of nouns included: ['run', 'launch']."""
    inner = [action for action in of._actions if isinstance(action, _SubParsersAction)]
    if not inner:
        yield []
    for action in inner:
        for name, below in action.choices.items():
            yield from ([name, *words] for words in every_verb(below))


@pytest.mark.slow
def test_the_readmes_own_calls_work(
    client: TestClient, local: Member, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for argv in verbs(README):
        ran(argv, capsys)
    with transaction() as session:
        promote(session, local, Seating(2, "the first one"), datetime.now(UTC))
    calls = commands(README, "curl")

    for words in calls:
        answer = asked(client, words)
        assert answer.status_code < 300, answer.text

    assert len(calls) == 2


def test_every_make_target_has_its_line_in_the_readme() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)

    lines = README.read_text().splitlines()
    assert {"setup", "run", "test", "test-fast", "check", "bench", "bench-setup", "clean"} <= set(targets)
    for target in targets:
        assert any(line.startswith(f"| `make {target}` | ") for line in lines), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files_that_are_there(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text()):
        if "://" not in target:
            assert (document.parent / target).exists(), target


def test_every_metric_that_is_watched_has_its_formula() -> None:
    text = STATISTICS.read_text()

    for name in {name for names in WATCHED.values() for name in names}:
        assert METRICS[name].label in text, name
