"""What the decay page says first, and what its chart is drawn from."""

from collections.abc import Sequence

from db.queries.decay import DecayPage
from mms.charts.decay import DecayInfo, DecayPanel, Mark
from pages.parts.formatting import day_words


def headline(page: DecayPage) -> str:
    """Who answers since when, what its score did, how many labels are known."""
    if page.champion is None:
        return "Nobody answers yet, so nothing can decay: promote a model first."
    name, since = page.champion.model.name, day_words(page.champion.promotion.promoted_at)
    start = f"Champion **{name}** answers since {since}."
    said = page.decay.sentence if page.decay else "No labels yet."
    known = f" {page.labelled / page.predicted:.0%} of {page.predicted:,} labels are known." if page.predicted else ""
    advice = " **Retrain?**" if page.decay and page.decay.decaying else ""
    return f"{start} {said}{known}{advice}"


def decay_info(pages: Sequence[DecayPage]) -> DecayInfo:
    """One panel a metric; the champion first, so that it has the first colour."""
    first = pages[0]
    seated = first.champion.model.id if first.champion else None
    models = sorted(first.models, key=lambda m: (m.id != seated, m.version))
    promotions = [Mark(p.promoted_at, "promotion", f"v{p.model_version} seated: {p.reason}") for p in first.promotions]
    firings = [Mark(f.fired_at, "firing", f.kind.value) for f in first.firings]
    return DecayInfo(
        tuple(DecayPanel(page.metric, page.points, page.reference) for page in pages),
        {m.id: m.name for m in models},
        (*promotions, *firings),
    )
