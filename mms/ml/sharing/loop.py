"""Drive the pieces of a run over a crew: little kept at once, each fit given out as soon as it is done."""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass
from typing import Any

from mms.domain.errors import Invalid
from mms.ml.crew import Crew, Kept
from mms.ml.sharing.fits import Fitted, FittedModel
from mms.ml.sharing.plan import Fit, Ground, Node, Plan

_AHEAD = 8
"""Calls that wait for each worker, so that none is idle while results are stored: a small fit takes 10 ms, a model's
rows 100 ms."""

BREAKS = 2
"""How often a call may break the crew; the second time it runs alone, so that it alone is to blame."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A fit and what came of it; a triple's first error is the last that is said of it, whatever runs still."""

    fit: Fit
    result: Fitted | FittedModel | None
    error: Exception | None = None


class Loop:
    """The fits of one plan. budget: bytes of shared pieces kept at once; beyond it they are computed where needed."""

    def __init__(self, crew: Crew, ground: Ground, fits: Sequence[Fit], budget: int) -> None:
        plan = Plan.of(ground, fits)
        self._crew, self._ground, self._budget = crew, ground, budget
        self._pending = plan.nodes
        self._running: dict[Future[Any], Node] = {}
        self._failed = {fit.id for fit, _ in plan.refused}
        self._refused = [Finished(fit, None, error) for fit, error in plan.refused]
        self._shared = 0
        self._matrices = 0

    def __iter__(self) -> Iterator[list[Finished]]:
        """Batches of fits: all that are done by the time the caller asks."""
        if self._refused:
            yield self._refused
        while True:
            self._feed()
            if not self._running:
                assert not self._pending, "calls that nothing can begin would be lost in silence"
                return
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            if any(_broke(future) for future in done):
                done = self._blamed()
            ended = [self._end(self._running.pop(future), future) for future in done]
            batch = [finished for each in ended for finished in each]
            if batch:
                yield batch

    def _blamed(self) -> set[Future[Any]]:
        """All calls, now that the crew broke. They began in the order in which they were submitted, so of those that
        broke with it the first ones ran, and any of them may have broken it."""
        done, _ = wait(self._running)
        for node in [node for future, node in self._running.items() if _broke(future)][: self._crew.workers]:
            node.breaks += 1
        return done

    def _feed(self) -> None:
        """Submit what can run, in order. A call that broke the crew runs alone."""
        slots = self._crew.workers * (1 + _AHEAD) if self._crew.workers > 1 else 1
        while len(self._running) < slots:
            suspect = next((node for node in self._pending if node.breaks), None)
            if any(node.breaks for node in self._running.values()) or (suspect and self._running):
                return
            node = suspect or self._next()
            if node is None:
                return
            self._pending.remove(node)
            self._submit(node)

    def _next(self) -> Node | None:
        """The first call that is wanted and has what it takes; the few matrices at once bound the memory.

        Where no matrix more may be made, only fits go on: those of the matrices that are there, wherever they stand.
        """
        is_full = False
        for node in list(self._pending):
            if self._is_unwanted(node):
                self._pending.remove(node)
                self._leave(node)
            elif is_full and node.fit is None:
                continue
            elif node.is_matrix and self._matrices > self._crew.workers:
                is_full = True
            elif all(source.is_done for source in node.sources):
                return node
        return None

    def _is_unwanted(self, node: Node) -> bool:
        return node.fit.id in self._failed if node.fit is not None else not node.users

    def _submit(self, node: Node) -> None:
        args = [self._given(arg) for arg in node.args]
        self._matrices += node.is_matrix
        stays = node.fit is None or self._ground.parts[node.fit.part].is_final
        call = self._crew.keep if stays else self._crew.submit
        self._running[call(node.function, *args)] = node

    def _given(self, arg: Any) -> Any:
        """A piece that was too much to keep is replaced by the frame, from which it is computed again."""
        if not isinstance(arg, Node):
            return arg
        return self._ground.frame if arg.kept is None else arg.kept

    def _end(self, node: Node, future: Future[Any]) -> list[Finished]:
        self._matrices -= node.is_matrix
        error = future.exception()
        if _broke(future):
            if node.breaks < BREAKS:
                self._pending.insert(0, node)
                return []
            error = Invalid("The process that fitted it died twice; memory may have run out. Take fewer features.")
        if error is not None:
            return self._fail(node, error)
        node.is_done, node.breaks = True, 0
        if node.fit is None:
            self._keep(node, future.result())
            self._leave(node)
            return []
        result = future.result()
        if isinstance(result, Kept):
            kept, result = result, self._crew.fetch(result)
            self._crew.drop(kept)
        self._leave(node)
        return [] if node.fit.id in self._failed else [Finished(node.fit, result)]

    def _keep(self, node: Node, kept: Kept) -> None:
        if node.is_matrix:
            self._matrices += 1
        elif self._shared + kept.size > self._budget:
            self._crew.drop(kept)
            return
        else:
            self._shared += kept.size
        node.kept = kept
        if not node.users:
            self._forget(node)

    def _leave(self, node: Node) -> None:
        """It takes nothing any more: what nobody else takes is forgotten."""
        for source in node.sources:
            source.users -= 1
            if not source.users:
                self._forget(source)

    def _forget(self, node: Node) -> None:
        if node.kept is None:
            return
        self._crew.drop(node.kept)
        if node.is_matrix:
            self._matrices -= 1
        else:
            self._shared -= node.kept.size
        node.kept = None

    def _fail(self, node: Node, error: BaseException) -> list[Finished]:
        """A fit fails its triple; a piece fails every triple whose fits take it."""
        if not isinstance(error, Exception):
            raise error
        self._leave(node)
        hit = [node.fit] if node.fit is not None else self._takers(node)
        fresh = {fit.id: fit for fit in hit if fit.id not in self._failed}
        self._failed.update(fresh)
        return [Finished(fit, None, error) for fit in fresh.values()]

    def _takers(self, node: Node) -> list[Fit]:
        """The pending fits that take a node, directly or not."""
        lost, hit = {id(node)}, []
        for other in self._pending:
            if any(id(source) in lost for source in other.sources):
                lost.add(id(other))
                if other.fit is not None:
                    hit.append(other.fit)
        return hit


def _broke(future: Future[Any]) -> bool:
    return isinstance(future.exception(), BrokenExecutor)
