"""Searches: a race of triples over the folds, and trials that Optuna proposes.

Both decide by what is stored alone, so whoever takes a run up again after a crash comes to the same decisions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from statistics import fmean

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.runs import triples_of_run
from db.session import reading
from mms.domain.errors import Invalid
from mms.domain.jobs import JobState
from mms.domain.projects import Task
from mms.domain.runs import Origin, RunTriple, fits_of, fits_of_search
from mms.domain.scores import METRICS
from mms.domain.search import RACE, Rung, Search, SearchKind, rungs, space_from_json, space_to_json
from mms.domain.snapshots import Snapshot
from mms.domain.triples import Triple
from mms.ml.recipes import checked_recipe
from mms.ml.search import BATCH, Tried, propose, require_optuna
from mms.ml.spaces import baseline, checked_space
from mms.usecases.fold_loop import FoldLoop
from mms.usecases.launching import stored_triple
from mms.usecases.work import Work


def checked_search(search: Search, snapshot: Snapshot, task: Task) -> Search:
    """The search with its space checked against the snapshot and filled in; Invalid names what does not fit."""
    search = search.checked()
    if search.kind is not SearchKind.TRIALS:
        return replace(search, trials=0, space={})
    require_optuna()
    space = checked_space(space_from_json(search.space), task)
    if not space:
        raise Invalid("A search by trials needs a space: choose at least one algorithm.")
    for choice in space.values():
        for recipe in choice.recipes:
            checked_recipe(recipe, snapshot.schema)
    return replace(search, space=space_to_json(space))


def baseline_of(search: Search, task: Task) -> list[tuple[Triple, Origin]]:
    """The baseline of a run whose triples are all yet to be proposed, on the first recipe of their space."""
    first = next(iter(space_from_json(search.space).values()))
    return [(baseline(task, first.recipes[0]), Origin.BASELINE)]


def search_run(work: Work, loop: FoldLoop) -> None:
    """Go through the plain triples of a run as its search says; ensembles are not its business."""
    plain = [triple for triple in work.triples if not triple.triple.members]
    if work.run.search.kind is SearchKind.HALVING:
        _race(work, loop, plain)
    else:
        _try(work, loop, plain)


def _race(work: Work, loop: FoldLoop, plain: Sequence[RunTriple]) -> None:
    """Only what was asked for races: the baseline, a champion and an ensemble's members get all their folds."""
    racing = [triple for triple in plain if triple.origin is Origin.SPACE]
    seeded = [triple for triple in plain if triple.origin is not Origin.SPACE]
    stages = rungs(len(racing), work.run.search.factor)
    loop.total = fits_of(len(seeded) - 1) + fits_of_search(len(racing) + 1, work.run.search)
    loop.run(seeded)
    for rung in stages[:-1]:
        loop.fit(racing, RACE[: rung.folds])
        racing = _staying(work, loop, racing, rung)
    loop.make(racing)


def _staying(work: Work, loop: FoldLoop, racing: Sequence[RunTriple], rung: Rung) -> list[RunTriple]:
    """The better ones of those that have all the rung's folds; the others are left, with a note that says why.

    Whoever failed is out already. Among equals the one that was asked for first stays.
    """
    means = _means(work, racing, RACE[: rung.folds])
    ranked = sorted((t for t in racing if t.id in means), key=lambda t: (-means[t.id], t.position))
    kept, left = ranked[: rung.keep], ranked[rung.keep :]
    if left:
        cut = means[kept[-1].id]
        notes = {triple.id: _note(work, rung.folds, means[triple.id], cut) for triple in left}
        loop.leave(left)
        progress = loop.progress(f"{len(kept)} of {len(racing)} triples go on after {rung.folds} folds")
        work.context.record(progress, partial(_leave, notes=notes))
        work.context.log(f"After {rung.folds} folds {len(kept)} of {len(racing)} triples went on.")
    return sorted(kept, key=lambda triple: triple.position)


def _means(work: Work, racing: Iterable[RunTriple], folds: Sequence[int]) -> dict[int, float]:
    """Run triple -> mean of the primary metric over these folds; minus infinity where none of them determines it.

    Without those that lack a fold: they failed.
    """
    row, metric = tables.FoldResult, work.project.primary_metric
    stmt = sa.select(row.run_triple_id, row.scores).where(
        row.run_triple_id.in_([triple.id for triple in racing]), row.fold.in_(folds)
    )
    stored: dict[int, list[float | None]] = {}
    with reading() as session:
        for id_, scores in session.execute(stmt):
            stored.setdefault(id_, []).append(scores.get(metric))
    known = {id_: [s for s in scores if s is not None] for id_, scores in stored.items() if len(scores) == len(folds)}
    return {id_: fmean(scores) if scores else float("-inf") for id_, scores in known.items()}


def _note(work: Work, folds: int, mean: float, cut: float) -> str:
    metric = METRICS[work.project.primary_metric]
    if mean == float("-inf"):
        return f"left after {folds} folds: none of them determines {metric.label}"
    found, wanted = metric.natural(mean), metric.natural(cut)
    return f"left after {folds} folds: mean {metric.label} {found:.3g}, the cut was {wanted:.3g}"


def _leave(session: Session, notes: dict[int, str]) -> None:
    for id_, note in notes.items():
        row = session.get_one(tables.RunTriple, id_)
        row.state, row.note = JobState.CANCELLED.value, note


def _try(work: Work, loop: FoldLoop, plain: Sequence[RunTriple]) -> None:
    """Fit what was given and what was proposed before a crash, then batch after batch."""
    search, space = work.run.search, space_from_json(work.run.search.space)
    loop.total = fits_of(work.run.triples)
    loop.run(plain)
    proposed = sum(triple.origin is Origin.TRIAL for triple in plain)
    while proposed < search.trials:
        count = min(BATCH, search.trials - proposed)
        batch = propose(space, _tried(work), count, work.seed, work.project.task)
        if not batch:
            work.context.log(f"The space holds {proposed} triples, all of which were tried.")
            return
        work.context.record(loop.progress(f"trial {proposed + 1} of {search.trials}"), partial(_add, work, batch))
        with reading() as session:
            stored = triples_of_run(session, work.run.id, work.project.primary_metric)
        hashes = {triple.hash for triple in batch}
        loop.run([triple for triple in stored if triple.triple.hash in hashes])
        proposed += len(batch)


def _tried(work: Work) -> list[Tried]:
    """What the run has found so far, in the order in which it was proposed."""
    with reading() as session:
        stored = triples_of_run(session, work.run.id, work.project.primary_metric)
    return [
        Tried(triple.triple, triple.score if triple.state is JobState.SUCCEEDED else None)
        for triple in stored
        if triple.origin is not Origin.BASELINE and not triple.triple.members
    ]


def _add(work: Work, batch: Sequence[Triple], session: Session) -> None:
    """The proposals become triples of the run."""
    row = tables.RunTriple
    last = session.scalar(sa.select(sa.func.max(row.position)).where(row.run_id == work.run.id)) or 0
    for position, triple in enumerate(batch, start=last + 1):
        session.add(
            row(
                run_id=work.run.id,
                triple_id=stored_triple(session, work.project.id, triple),
                position=position,
                origin=Origin.TRIAL.value,
                state=JobState.QUEUED.value,
            )
        )
