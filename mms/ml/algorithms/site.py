"""The site's own algorithms, from its settings file."""

from collections.abc import Mapping, Set

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.ml.algorithms.algorithm import Algorithm
from mms.ml.site import Entries, Entry, entries

_FLAGS = ("dense", "missing", "scaled", "nonnegative")
_HARDEST = 9


def site_algorithms(taken: Mapping[str, Set[Task]]) -> Entries:
    """The `Algorithm`s of the site's file. taken: the product's names with their tasks, which no entry may take."""
    read = entries("algorithms", _algorithm)
    seen = {name: set(tasks) for name, tasks in taken.items()}
    found, problems = [], list(read.problems)
    for algorithm in read.found:
        if seen.setdefault(algorithm.name, set()) & algorithm.tasks:
            problems.append(f"settings.toml: algorithm '{algorithm.name}' is left out: there is one of this name.")
            continue
        seen[algorithm.name] |= algorithm.tasks
        found.append(algorithm)
    return Entries(tuple(found), tuple(problems))


def _algorithm(entry: Entry) -> Algorithm:
    tasks = frozenset(Task(task) for task in entry.one_of("tasks", [task.value for task in Task]))
    flags = {flag: entry.take(flag, bool, False) for flag in _FLAGS}
    entry.require("fit", "predict")
    if tasks & {Task.BINARY, Task.MULTICLASS} and not (entry.has("predict_proba") or entry.has("decision_function")):
        raise Invalid("a classifier needs 'predict_proba' or 'decision_function'.")
    rank = entry.take("rank", int, 5)
    if not 0 <= rank <= _HARDEST:
        raise Invalid(f"'rank' goes from 0, easy to read, to {_HARDEST}.")
    algorithm = Algorithm(
        entry.name,
        entry.text("label"),
        entry.text("explanation"),
        tasks,
        entry.parameters,
        entry.grid("grid"),
        entry.build,
        recipe=entry.take("recipe", str, "standard"),
        large=entry.grid("large"),
        probabilities=entry.has("predict_proba"),
        incremental=entry.has("partial_fit"),
        rank=rank,
        **flags,
    )
    entry.finish()
    return algorithm
