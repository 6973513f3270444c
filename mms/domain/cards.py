"""Model cards: what a model is, how good, where it comes from, what it does now, and how to ask it; one frozen record.

The parts of a card follow Mitchell et al. (2019), "Model Cards for Model Reporting"; the page of a model, its card to
print and the programs' view are made from the same record, so that none says what another does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mms.domain.column_notes import ColumnNote, ColumnPlace
from mms.domain.models import Model, RankedModel, Signature
from mms.domain.projects import Project
from mms.domain.promotions import Promotion
from mms.domain.runs import Run
from mms.domain.scopes import scope_words
from mms.domain.scores import METRICS, Metric
from mms.domain.snapshots import ColumnProfile, Snapshot
from mms.domain.tables import Column, ColumnType, short_number


@dataclass(frozen=True, slots=True)
class UsedColumn:
    """One input: its place in a feature table, its profile in the snapshot, its note; None where there is none."""

    column: Column
    place: ColumnPlace | None
    profile: ColumnProfile | None
    note: ColumnNote | None

    @property
    def range_words(self) -> str:
        """What the snapshot holds: '0 to 23; 12 missing', or '7 different'; empty where that is not known."""
        profile = self.profile
        if profile is None:
            return ""
        missing = f"; {profile.missing:,} missing" if profile.missing else ""
        if profile.minimum is not None and profile.maximum is not None:
            return f"{short_number(profile.minimum)} to {short_number(profile.maximum)}{missing}"
        return f"{profile.distinct:,} different{missing}"


@dataclass(frozen=True, slots=True)
class Succession:
    """One seating: what sat in the scope before (a version), and what took the seat later; None for nobody."""

    promotion: Promotion
    before: Promotion | None
    after: Promotion | None

    @property
    def words(self) -> str:
        """'In all rows it replaced v3 on 2026-03-01 and was replaced by v7 on 2026-04-01.'"""
        took = f"replaced v{self.before.model_version}" if self.before else "took an empty seat"
        when = f"{self.promotion.promoted_at:%Y-%m-%d}"
        left = (
            f" and was replaced by v{self.after.model_version} on {self.after.promoted_at:%Y-%m-%d}"
            if self.after
            else " and sits there now"
        )
        return f"For {scope_words(self.promotion.scope)} it {took} on {when}{left}."


def successions(ledger: Sequence[Promotion], model_id: int) -> tuple[Succession, ...]:
    """The seatings of a model, newest first. ledger: of its project, newest first, all scopes.

    Seating the model that sits already changes nothing, so it begins no seating of its own.
    """
    found: list[Succession] = []
    for scope in dict.fromkeys(p.scope for p in ledger):
        seatings: list[Promotion] = []
        for promotion in (p for p in reversed(ledger) if p.scope == scope):
            if not seatings or seatings[-1].model_id != promotion.model_id:
                seatings.append(promotion)
        for before, one, after in zip([None, *seatings], seatings, [*seatings[1:], None], strict=False):
            if one.model_id == model_id:
                found.append(Succession(one, before, after))
    return tuple(sorted(found, key=lambda one: -one.promotion.id))


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """What differs in inputs and classes from an older version. retyped: (name, type before, type now)."""

    version: int
    added: tuple[Column, ...] = ()
    removed: tuple[Column, ...] = ()
    retyped: tuple[tuple[str, ColumnType, ColumnType], ...] = ()
    new_classes: tuple[str, ...] = ()
    lost_classes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether a caller of the older version can call this one as it is."""
        return not (self.added or self.removed or self.retyped or self.new_classes or self.lost_classes)

    @property
    def words(self) -> str:
        """What a caller must change, in one sentence."""
        if self.same:
            return f"It takes and gives what v{self.version} did: callers change nothing."
        parts = [
            _listed("it takes", [f"{c.name} ({c.type.value})" for c in self.added], "too"),
            _listed("it no longer takes", [c.name for c in self.removed]),
            _listed("it takes", [f"{name} as {now.value}, no longer {was.value}" for name, was, now in self.retyped]),
            _listed("it also answers", list(self.new_classes)),
            _listed("it no longer answers", list(self.lost_classes)),
        ]
        return f"Other than v{self.version}, " + "; ".join(part for part in parts if part) + "."


def _listed(verb: str, names: Sequence[str], end: str = "") -> str:
    return f"{verb} {', '.join(names)} {end}".rstrip() if names else ""


def schema_change(version: int, before: Signature, now: Signature) -> SchemaChange:
    """How a signature differs from that of an older version; the order of columns does not count: rows are by name."""
    was = {column.name: column for column in before.inputs}
    has = {column.name: column for column in now.inputs}
    return SchemaChange(
        version,
        tuple(column for name, column in has.items() if name not in was),
        tuple(column for name, column in was.items() if name not in has),
        tuple((n, was[n].type, c.type) for n, c in has.items() if n in was and was[n].type is not c.type),
        tuple(name for name in now.classes if name not in before.classes),
        tuple(name for name in before.classes if name not in now.classes),
    )


@dataclass(frozen=True, slots=True)
class DecayState:
    """Whether its score falls, in one sentence. decaying: None where it sits nowhere or nothing can be judged yet."""

    decaying: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Everything that is known of one model.

    rivals: what it is ("champion", "Dummy baseline") -> the model, scored on the same folds. snapshot: None where it
    was deleted. seats: the promotions by which it sits now. daily: (day, predictions) of the last `DAYS` days, oldest
    first, every day. weights: the features that weigh most in the final fit, greatest first. previous: the version
    before.
    """

    model: Model
    project: Project
    tags: tuple[str, ...]
    run: Run
    snapshot: Snapshot | None
    rivals: Mapping[str, RankedModel]
    seats: tuple[Promotion, ...]
    history: tuple[Succession, ...]
    daily: tuple[tuple[date, int], ...]
    decay: DecayState
    columns: tuple[UsedColumn, ...]
    weights: tuple[tuple[str, float], ...]
    change: SchemaChange | None
    made_at: datetime

    @property
    def rival_words(self) -> tuple[str, ...]:
        """How its primary metric compares with that of each rival, in a sentence each."""
        metric = METRICS[self.project.primary_metric]
        return tuple(_against(metric, self.model.ranked, name, rival) for name, rival in self.rivals.items())

    @property
    def seat_words(self) -> str:
        """Where it answers, in one sentence."""
        if not self.seats:
            return "It sits in no scope, so it answers nobody now."
        named = [f"{scope_words(seat.scope)} since {seat.promoted_at:%Y-%m-%d}" for seat in self.seats]
        return f"It answers for {'; '.join(named)}."

    @property
    def traffic_words(self) -> str:
        """How much it is asked, in one sentence."""
        total = sum(count for _, count in self.daily)
        if not total:
            return f"It gave no answer in the last {len(self.daily)} days."
        busiest, most = max(self.daily, key=lambda pair: pair[1])
        return f"It gave {total:,} answers in the last {len(self.daily)} days, most on {busiest:%Y-%m-%d}: {most:,}."


def _against(metric: Metric, own: RankedModel, name: str, rival: RankedModel) -> str:
    theirs, gain = f"{metric.natural(rival.score):.3f} ± {rival.score_sd:.3f}", own.score - rival.score
    told = f"{abs(gain):.3f} {metric.label} {'better' if gain > 0 else 'worse'} than" if gain else "as good as"
    return f"It is {told} the {name}, {rival.name} ({theirs})."


DAYS = 30
"""How far back a card counts answers."""


def some(names: Sequence[str], most: int = 8) -> str:
    """Names in a sentence: 'a, b and c', of many the first `most` and how many more."""
    shown = [*names[:most], *([f"{len(names) - most:,} more"] if len(names) > most else [])]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)
