"""The card of a model as a paper."""

from collections.abc import Iterator

from mms.domain.cards import ModelCard, UsedColumn, some
from mms.domain.recipes import triple_sentence
from mms.domain.scopes import scope_words
from mms.domain.scores import METRICS
from mms.reports.bars import bars
from mms.reports.paper import Block, Facts, Figure, Heading, Paper, Prose, Sentence, Table

COLUMNS = 200
"""Columns that a card lists; the page of the model lists all."""


def card_paper(card: ModelCard) -> Paper:
    """What the page of the model tells, to print."""
    ranked = card.model.ranked
    return Paper(f"Model card: {card.project.name}, {ranked.name}", tuple(_blocks(card)), card.made_at)


def _blocks(card: ModelCard) -> Iterator[Block]:
    yield Sentence(f"{card.seat_words} {triple_sentence(card.model.triple)}")
    if card.model.description:
        yield Prose(card.model.description)
    yield from _scores(card)
    yield from _origin(card)
    yield from _service(card)
    yield from _inputs(card)


def _scores(card: ModelCard) -> Iterator[Block]:
    rows = []
    for score in card.model.scores:
        metric = METRICS[score.metric]
        ends = sorted((metric.natural(score.minimum), metric.natural(score.maximum)))
        value = f"{metric.natural(score.mean):.3f} ± {score.sd:.3f}"
        rows.append((metric.label, value, f"{ends[0]:.3f} to {ends[1]:.3f}", metric.direction, metric.explanation))
    yield Heading("How good it is")
    yield Table(
        ("Metric", "Score", "Folds", "Direction", "Means"),
        tuple(rows),
        "Mean over 12 folds ± standard deviation over them; each fold was predicted by a fit that had not seen it.",
    )
    for words in card.rival_words:
        yield Sentence(words)


def _origin(card: ModelCard) -> Iterator[Block]:
    model, run, snapshot = card.model, card.run, card.snapshot
    rows = f"{snapshot.name}, {snapshot.row_count:,} rows" if snapshot else "deleted since"
    classes = some([f"{name} {count:,}" for name, count in snapshot.profile.classes.items()]) if snapshot else ""
    facts = {
        "Snapshot": rows,
        "Rows of each class": classes,
        "Folds": snapshot.fold_plan.words if snapshot else "",
        "Learnt from": scope_words(model.ranked.scope),
        "Run": f"run {run.number} ({run.kind.value}), launched by {run.launched_by}",
        "Built": f"{model.ranked.created_at:%Y-%m-%d %H:%M} UTC for {model.ranked.owner}, seed {model.seed}",
        "Code and environment": ", ".join(f"{name} {version}" for name, version in model.environment.items()),
        "Tags": ", ".join(card.tags),
        "Triple": model.triple.hash,
        "Artifact": f"{model.ranked.artifact_size:,} bytes, SHA-256 {model.artifact_sha}",
        "Out-of-fold rows": f"SHA-256 {model.oof_sha}",
    }
    yield Heading("Where it comes from")
    yield Facts(tuple((name, fact) for name, fact in facts.items() if fact))
    for warning in snapshot.profile.warnings if snapshot else ():
        yield Sentence(f"Warning: {warning}")


def _service(card: ModelCard) -> Iterator[Block]:
    yield Heading("What it does now")
    yield Sentence(f"{card.seat_words} {card.decay.sentence}")
    if any(count for _, count in card.daily):
        (first, _), (last, _) = card.daily[0], card.daily[-1]
        drawing = bars([count for _, count in card.daily], first.isoformat(), last.isoformat())
        yield Figure(drawing, card.traffic_words)
    else:
        yield Sentence(card.traffic_words)
    for one in card.history:
        against = " Against the advice." if one.promotion.against_advice else ""
        yield Sentence(f"{one.words} {one.promotion.promoted_by}: {one.promotion.reason}{against}")


def _inputs(card: ModelCard) -> Iterator[Block]:
    signature = card.model.signature
    yield Heading("What it takes and gives")
    answers = f"one of {some(signature.classes)}" if signature.classes else "a number"
    yield Sentence(f"It answers {answers}.")
    if card.change:
        yield Sentence(card.change.words)
    example = signature.example
    yield Table(
        ("Column", "Type", "Example", "In the snapshot", "Means", "From", "Owner"),
        tuple(
            (
                one.column.name,
                one.column.type.value,
                str(example.get(one.column.name)),
                one.range_words,
                *_note(one),
            )
            for one in card.columns[:COLUMNS]
        ),
        f"{_how_many(len(card.columns))} a value that is not known is sent as null.",
    )
    if card.weights:
        yield Table(
            ("Feature", "Weight"),
            tuple((name, f"{weight:.4g}") for name, weight in card.weights),
            "What weighs most in the final fit: impurity or gain of trees, coefficients of linear models.",
        )


def _how_many(columns: int) -> str:
    return f"The first {COLUMNS} of the {columns:,} columns that it uses;" if columns > COLUMNS else "What it uses;"


def _note(column: UsedColumn) -> tuple[str, str, str]:
    said = column.note.said if column.note else None
    return (said.description, said.source, said.owner) if said else ("", "", "")
