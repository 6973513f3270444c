"""The table of algorithms in docs/ is the registry, and its settings file is one that works."""

import re
from pathlib import Path

import pytest

from mms.domain.projects import Task
from mms.ml.algorithms import Algorithm, algorithms_of
from mms.usecases.site import site_problems

PAGE = (Path(__file__).parents[2] / "docs" / "algorithms.md").read_text("utf-8")


def row(algorithm: Algorithm) -> str:
    flags = ("dense", "missing", "scaled", "nonnegative", "incremental")
    needs = [flag for flag in flags if getattr(algorithm, flag)]
    if Task.BINARY in algorithm.tasks and not algorithm.probabilities:
        needs.append("ranks only")
    parameters = ", ".join(f"`{parameter.name}`" for parameter in algorithm.parameters)
    words = (f"`{algorithm.name}`", algorithm.label, ", ".join(needs) or "—", parameters or "—", str(algorithm.rank))
    return f"| {' | '.join(words)} |"


@pytest.mark.parametrize(("heading", "task"), [("Classes", Task.BINARY), ("Numbers", Task.REGRESSION)])
def test_the_table_holds_every_algorithm_with_what_it_needs(heading: str, task: Task) -> None:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]

    told = [line for line in section.splitlines() if line.startswith("| `")]

    assert told == [row(algorithm) for algorithm in algorithms_of(task)]


def test_the_settings_file_that_is_shown_has_no_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.setenv("MMS_HOME", str(tmp_path))
    (tmp_path / "settings.toml").write_text(shown)

    assert site_problems() == ()
    assert "perceptron" in [algorithm.name for algorithm in algorithms_of(Task.BINARY)]
