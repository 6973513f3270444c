"""Changes: what differs between two models, from the rows they learnt from to the bytes that came out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from mms.domain.models import Model
from mms.domain.promotions import GLOBAL
from mms.domain.recipes import columns_words
from mms.domain.runs import Run
from mms.domain.snapshots import Selection, Snapshot
from mms.domain.tables import Column
from mms.domain.triples import Step, Triple, described

ABSENT = "–"
"""What stands where one of the two has nothing."""


class Mark(StrEnum):
    """How the second of two compares with the first, as a sign; `words` says it without one."""

    SAME = "="
    CHANGED = "≠"
    ADDED = "+"
    REMOVED = "−"

    @property
    def words(self) -> str:
        """The sign in a word."""
        return _WORDS[self]


_WORDS: Mapping[Mark, str] = {
    Mark.SAME: "same",
    Mark.CHANGED: "changed",
    Mark.ADDED: "added",
    Mark.REMOVED: "removed",
}


@dataclass(frozen=True, slots=True)
class RowChange:
    """Rows of two snapshots, each known by its entity and time. added: only in the second; removed: only in the first.

    relabelled: in both, with another truth.
    """

    added: int
    removed: int
    kept: int
    relabelled: int = 0


@dataclass(frozen=True, slots=True)
class Origins:
    """A model with where it comes from. snapshot: None where it was deleted since."""

    model: Model
    snapshot: Snapshot | None
    run: Run


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of two models. part: what it belongs to. one, other: its words; ABSENT where there is nothing."""

    part: str
    what: str
    one: str
    other: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Changes:
    """Every fact of two models side by side, rows to run. identical: their artifacts are the same bytes."""

    one: str
    other: str
    facts: tuple[Change, ...]
    identical: bool

    @property
    def differing(self) -> tuple[Change, ...]:
        """The facts that differ."""
        return tuple(fact for fact in self.facts if fact.mark is not Mark.SAME)

    @property
    def words(self) -> str:
        """What changed in one sentence: the parts that differ with how many facts, then those that do not."""
        names = f"From {self.one} to {self.other}"
        if self.identical:
            return f"{self.one} and {self.other} are the identical artifact: the same bytes, so the same answers."
        counts = {fact.part: 0 for fact in self.facts}
        for fact in self.differing:
            counts[fact.part] += 1
        changed = [f"{part} ({count})" if count > 1 else part for part, count in counts.items() if count]
        same = [part for part, count in counts.items() if not count]
        if not changed:
            return f"{names} nothing changed that is recorded: only the artifact's bytes differ."
        return f"{names} these changed: {_listed(changed)}." + (f" The same: {_listed(same)}." if same else "")


def changes(one: Origins, other: Origins, rows: RowChange | None = None) -> Changes:
    """What differs, the first model beside the second. rows: None where the snapshots are the same, or one is gone."""
    ours, theirs = one.model, other.model
    facts = [
        *_row_facts(one, other, rows),
        *_column_facts(ours.signature.inputs, theirs.signature.inputs),
        *_fold_facts(one, other),
        *_triple_facts(ours.triple, theirs.triple),
        *_pairs("decision threshold", {"threshold": _threshold(ours)}, {"threshold": _threshold(theirs)}),
        *_pairs("seed", {"seed": str(ours.seed)}, {"seed": str(theirs.seed)}),
        *_pairs("code and environment", ours.environment, theirs.environment),
        *_pairs("run", _run_facts(one.run), _run_facts(other.run)),
    ]
    return Changes(ours.ranked.name, theirs.ranked.name, tuple(facts), ours.artifact_sha == theirs.artifact_sha)


def _row_facts(one: Origins, other: Origins, rows: RowChange | None) -> list[Change]:
    facts = _pairs("rows", _taken(one), _taken(other))
    if rows is None:
        return facts
    told = [
        (rows.added, Change("rows", "only in the second", ABSENT, f"{rows.added:,}", Mark.ADDED)),
        (rows.removed, Change("rows", "only in the first", f"{rows.removed:,}", ABSENT, Mark.REMOVED)),
        (rows.relabelled, Change("rows", "in both, with another truth", ABSENT, f"{rows.relabelled:,}", Mark.CHANGED)),
    ]
    kept = Change("rows", "in both", f"{rows.kept:,}", f"{rows.kept:,}", Mark.SAME)
    return [*facts, *(change for count, change in told if count), kept]


def _taken(origins: Origins) -> dict[str, str]:
    snapshot = origins.snapshot
    if snapshot is None:
        return {"snapshot": f"snapshot {origins.model.ranked.snapshot_id}, deleted since"}
    first, last = snapshot.time_from, snapshot.time_to
    return {
        "snapshot": snapshot.name,
        "count": f"{snapshot.row_count:,}",
        "dates": f"{first:%Y-%m-%d} to {last:%Y-%m-%d}" if first and last else ABSENT,
        "selection": _selection_words(snapshot.selection),
        "scope": origins.model.ranked.scope if origins.model.ranked.scope != GLOBAL else "all rows",
        "target": snapshot.target,
    }


def _selection_words(selection: Selection) -> str:
    amount = "" if selection.amount is None else f" {selection.amount:,}"
    where = "".join(f", {c.column} {c.operator.value} {c.value}" for c in selection.conditions)
    sample = "" if selection.sample is None else f", sample of {selection.sample:,}, seed {selection.seed}"
    return f"{selection.extent.value}{amount}{where}{sample}"


def _column_facts(one: Sequence[Column], other: Sequence[Column]) -> list[Change]:
    """Columns that came, went or have another type; how many are the same is one fact."""
    ours, theirs = ({column.name: column.type.value for column in columns} for columns in (one, other))
    facts = _pairs("columns", ours, theirs)
    same = sum(fact.mark is Mark.SAME for fact in facts)
    differing = [fact for fact in facts if fact.mark is not Mark.SAME]
    return [*differing, Change("columns", "the same in both", f"{same:,}", f"{same:,}", Mark.SAME)]


def _fold_facts(one: Origins, other: Origins) -> list[Change]:
    plans = [None if of.snapshot is None else of.snapshot.fold_plan.words for of in (one, other)]
    if None in plans:
        return []
    return _pairs("folds", {"plan": plans[0] or ""}, {"plan": plans[1] or ""})


def _triple_facts(one: Triple, other: Triple) -> list[Change]:
    ours, theirs = ({name: value_words(v) for name, v in t.hyperparameters.items()} for t in (one, other))
    return [
        *_recipe_facts(one, other),
        *_member_facts(one, other),
        *_pairs("algorithm", {"algorithm": one.algorithm}, {"algorithm": other.algorithm}),
        *_pairs("hyperparameters", ours, theirs),
    ]


def _recipe_facts(one: Triple, other: Triple) -> list[Change]:
    """Step by step, each branch's in order: what moved is removed here and added there."""
    ours, theirs = _branches(one), _branches(other)
    facts = []
    for columns in dict.fromkeys((*ours, *theirs)):
        facts += _step_facts(columns, ours.get(columns, ()), theirs.get(columns, ()))
    if facts and one.recipe.hash == other.recipe.hash:
        return [Change("recipe", "steps", f"{len(facts)}", f"{len(facts)}", Mark.SAME)]
    return facts


def _branches(triple: Triple) -> dict[str, tuple[Step, ...]]:
    """The steps by what they are taken over; branches over the same columns stand apart."""
    found: dict[str, tuple[Step, ...]] = {}
    times = Counter[str]()
    for branch in triple.recipe.branches:
        words = columns_words(branch.columns)
        times[words] += 1
        found[words if times[words] == 1 else f"{words}, branch {times[words]}"] = branch.steps
    return found | ({"all features": triple.recipe.after} if triple.recipe.after else {})


def _step_facts(columns: str, one: Sequence[Step], other: Sequence[Step]) -> list[Change]:
    facts = []
    ours, theirs = ([step.transformer for step in steps] for steps in (one, other))
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            for mine, yours in zip(one[a:b], other[c:d], strict=True):
                words = _step_words(mine), _step_words(yours)
                facts.append(_fact("recipe", f"{columns}: {mine.transformer}", *words))
            continue
        facts += [_fact("recipe", f"{columns}: {step.transformer}", _step_words(step), None) for step in one[a:b]]
        facts += [_fact("recipe", f"{columns}: {step.transformer}", None, _step_words(step)) for step in other[c:d]]
    return facts


def _step_words(step: Step) -> str:
    return described(step.parameters, limit=len(step.parameters)) or "as it is"


def _member_facts(one: Triple, other: Triple) -> list[Change]:
    ours, theirs = ({member.hash: _member_words(member) for member in t.members} for t in (one, other))
    hashes = dict.fromkeys((*ours, *theirs))
    return [_fact("members", "member", ours.get(name), theirs.get(name)) for name in hashes]


def _member_words(member: Triple) -> str:
    settings = described(member.hyperparameters)
    return f"{member.algorithm} on '{member.recipe.name}'" + (f" ({settings})" if settings else "")


def _threshold(model: Model) -> str:
    return ABSENT if model.threshold is None else f"{model.threshold:g}"


def _run_facts(run: Run) -> dict[str, str]:
    return {"run": f"run {run.number} ({run.kind.value})", "launched by": run.launched_by}


def _pairs(part: str, one: Mapping[str, str], other: Mapping[str, str]) -> list[Change]:
    return [_fact(part, name, one.get(name), other.get(name)) for name in dict.fromkeys((*one, *other))]


def _fact(part: str, what: str, one: str | None, other: str | None) -> Change:
    if one is None or other is None:
        mark = Mark.ADDED if one is None else Mark.REMOVED
    else:
        mark = Mark.SAME if one == other else Mark.CHANGED
    return Change(part, what, ABSENT if one is None else one, ABSENT if other is None else other, mark)


def value_words(value: object) -> str:
    """A hyperparameter in words: numbers short, true, false and none in small letters."""
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
