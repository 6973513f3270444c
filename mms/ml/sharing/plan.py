"""Which pieces a set of fits takes, in which order, and which of them are worth keeping: known before anything runs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mms.domain.canonical import digest
from mms.domain.projects import Task
from mms.domain.snapshots import FOLDS
from mms.domain.tables import Column
from mms.domain.triples import BASELINE, Step, Triple
from mms.ml import recipes
from mms.ml.algorithms import algorithm_named
from mms.ml.crew import Kept
from mms.ml.sharing.fits import fit_of, model_of
from mms.ml.sharing.pieces import Asked, Part, continued_of, learnt_of, matrix_of, rows_of

Path = tuple[str, ...]
"""Where a piece of a branch stands: its columns, then each step, as hashes."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One fit that somebody wants: of which triple (under the caller's id for it), on which part."""

    id: int
    triple: Triple
    part: int


@dataclass(slots=True, eq=False)
class Node:
    """One call. args: constants, `Kept` values, or other nodes, whose answers it takes.

    users: calls that still wait for its answer. is_matrix: it takes much memory, so few are alive at once. breaks: how
    often the crew broke while it ran.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    fit: Fit | None = None
    is_matrix: bool = False
    users: int = 0
    kept: Kept | None = None
    breaks: int = 0
    is_done: bool = False

    @property
    def sources(self) -> Iterable["Node"]:
        """The nodes whose answers it takes."""
        return (arg for arg in self.args if isinstance(arg, Node))


@dataclass(frozen=True, slots=True)
class Ground:
    """What every call may need, kept by the crew. parts: by number. warm: of an update, the pipeline to continue."""

    task: Task
    columns: tuple[Column, ...]
    seed: int
    frame: Kept
    sample: Kept
    target: Kept
    parts: dict[int, Part]
    warm: Kept | None = None


@dataclass(frozen=True, slots=True)
class _Branch:
    """A branch to compute: its steps, where each prefix of them stands, and how many of them learn nothing."""

    columns: tuple[Column, ...]
    steps: tuple[Step, ...]
    path: Path
    rowwise: int

    @staticmethod
    def of(columns: tuple[Column, ...], steps: tuple[Step, ...]) -> "_Branch":
        learns = [not recipes.TRANSFORMERS[step.transformer].rowwise for step in steps]
        rowwise = learns.index(True) if True in learns else len(steps)
        names = digest([column.name for column in columns])
        return _Branch(columns, steps, (names, *(digest(step.to_json()) for step in steps)), rowwise)


@dataclass(slots=True)
class Plan:
    """The nodes of a set of fits, recipe by recipe and fold by fold, each behind what it takes.

    Rows behind steps that learn nothing are kept for all folds; what two recipes fit alike, for their fold. refused:
    fits that cannot be planned, with the reason.
    """

    ground: Ground
    nodes: list[Node] = field(default_factory=list)
    refused: list[tuple[Fit, Exception]] = field(default_factory=list)
    _children: dict[Path, set[str]] = field(default_factory=dict)
    _made: dict[Any, Node] = field(default_factory=dict)

    @staticmethod
    def of(ground: Ground, fits: Sequence[Fit]) -> "Plan":
        """The plan; fits of one recipe stand together, in the order in which their recipes first occur."""
        plan = Plan(ground)
        matrices: dict[tuple[str, bool], tuple[Asked | None, tuple[_Branch, ...], list[Fit]]] = {}
        refused: dict[int, Exception] = {}
        for fit in fits:
            if fit.id in refused:
                continue
            try:
                key, asked, branches = plan._asked(fit.triple)
            except Exception as error:  # whatever a recipe or its columns lack: it stays with its triple
                refused[fit.id] = error
                plan.refused.append((fit, error))
                continue
            if key not in matrices:
                matrices[key] = asked, branches, []
                plan._note(digest(key), branches)
            matrices[key][2].append(fit)
        for key, (asked, branches, wanted) in matrices.items():
            plan._add(key, asked, branches, wanted)
        return plan

    def _asked(self, triple: Triple) -> tuple[tuple[str, bool], Asked | None, tuple[_Branch, ...]]:
        """Which matrix a triple takes; None: that of the pipeline which it continues."""
        algorithm = algorithm_named(triple.algorithm, self.ground.task)
        if self.ground.warm is not None and triple.algorithm != BASELINE:
            return ("", False), None, ()
        missing = algorithm.missing and not triple.recipe.after
        branches = recipes.branches_of(triple.recipe, self.ground.columns)
        chains = tuple(_Branch.of(columns, branch.steps) for branch, columns in branches)
        return (triple.recipe.hash, missing), Asked(triple.recipe, self.ground.columns, missing), chains

    def _note(self, matrix: str, branches: Iterable[_Branch]) -> None:
        """Count what follows each prefix: where that is more than one thing, the prefix is worth keeping."""
        for branch in branches:
            for length in range(1, len(branch.path) + 1):
                follower = branch.path[length] if length < len(branch.path) else matrix
                self._children.setdefault(branch.path[:length], set()).add(follower)

    def _add(
        self, key: tuple[str, bool], asked: Asked | None, branches: tuple[_Branch, ...], fits: Sequence[Fit]
    ) -> None:
        numbers = sorted({fit.part for fit in fits}, key=_turn)
        for number in numbers:
            matrix = self._matrix(asked, branches, self.ground.parts[number])
            for fit in (fit for fit in fits if fit.part == number):
                self._fit(fit, matrix, is_warm=asked is None)

    def _matrix(self, asked: Asked | None, branches: tuple[_Branch, ...], part: Part) -> Node:
        ground = self.ground
        if asked is None:
            return self._node(Node(continued_of, (ground.warm, part, ground.target, ground.frame), is_matrix=True))
        sources = [self._source(branch, len(branch.steps), part) for branch in branches]
        firsts = tuple(_is_fresh(source) for source in sources)
        return self._node(Node(matrix_of, (asked, part, ground.target, firsts, *sources), is_matrix=True))

    def _source(self, branch: _Branch, length: int, part: Part) -> Node | Kept:
        """The longest kept beginning of a branch, of at most so many steps."""
        for n in range(length, -1, -1):
            path = branch.path[: n + 1]
            is_shared = len(self._children[path]) > 1
            if n > branch.rowwise and is_shared:
                return self._learnt(branch, n, part)
            if n == branch.rowwise or (n < branch.rowwise and is_shared):
                return self._rows(branch, n, part)
        return self.ground.frame

    def _learnt(self, branch: _Branch, n: int, part: Part) -> Node:
        known = (branch.path[: n + 1], part.number)
        if known not in self._made:
            source = self._source(branch, n - 1, part)
            args = (source, branch.columns, branch.steps[:n], _is_fresh(source), part, self.ground.target)
            self._made[known] = self._node(Node(learnt_of, args))
        return self._made[known]

    def _rows(self, branch: _Branch, n: int, part: Part) -> Node:
        known = branch.path[: n + 1]
        if known not in self._made:
            source = self._source(branch, n - 1, part) if n else self.ground.frame
            self._made[known] = self._node(Node(rows_of, (source, branch.columns, branch.steps[:n], _is_fresh(source))))
        return self._made[known]

    def _fit(self, fit: Fit, matrix: Node, *, is_warm: bool) -> None:
        ground = self.ground
        args = (fit.triple, ground.seed, matrix, ground.warm if is_warm else None, _is_fresh(matrix))
        is_final = ground.parts[fit.part].is_final
        self._node(Node(model_of if is_final else fit_of, (*args, ground.sample) if is_final else args, fit))

    def _node(self, node: Node) -> Node:
        for source in node.sources:
            source.users += 1
        self.nodes.append(node)
        return node


def _is_fresh(source: Node | Kept) -> bool:
    return isinstance(source, Node) and not source.users


def _turn(part: int) -> float:
    """Folds in order; what takes longest before the last of them, so that all processes end at about the same time."""
    return part if part >= 0 else FOLDS - 1.5
