"""What the decay page says first, and what its chart is drawn from."""

from db.queries.decay import DecayPage
from mms.charts.decay import DecayInfo, DecayPanel, Line, Mark
from mms.domain.decay import Grain
from mms.domain.markdown import as_text
from mms.domain.promotions import GLOBAL
from mms.domain.scopes import scope_words
from pages.parts.formatting import counted, day_words


def headline(page: DecayPage) -> str:
    """Who answers since when, what its score did, how many labels are known."""
    if page.champion is None:
        return "Nobody answers yet, so nothing can decay: promote a model first."
    name, since = page.champion.model.name, day_words(page.champion.promotion.promoted_at)
    scope = page.champion.promotion.scope
    whose = "" if scope == GLOBAL else f" for {as_text(scope_words(scope))}"
    start = f"Champion **{name}** answers{whose} since {since}."
    said = page.decay.sentence if page.decay else "No labels yet."
    began = f" {page.onset.sentence}" if page.onset else ""
    share = f"{page.labelled / page.predicted:.0%}" if page.labelled else "None"
    known = f" {share} of {counted(page.predicted, 'label')} are known." if page.predicted > 1 else ""
    advice = " **Retrain?**" if page.decay and page.decay.decaying else ""
    return f"{start} {said}{began}{known}{advice}"


def decay_info(page: DecayPage) -> DecayInfo:
    """One panel a metric; the champion first, so that it has the first colour."""
    seated = page.champion.model.id if page.champion else None
    models = sorted(page.models, key=lambda m: (m.id != seated, m.version))
    promotions = [Mark(p.promoted_at, "promotion", f"v{p.model_version} seated: {p.reason}") for p in page.promotions]
    retrainings = [Mark(r.at, "retraining", f"run {r.number}") for r in page.retrainings]
    firings = [Mark(f.fired_at, "firing", f.name) for f in page.firings]
    lines = tuple(Line(one.name, one.values) for one in page.baselines)
    return DecayInfo(
        (
            DecayPanel(page.metric, page.points, page.reference, page.estimated, lines=lines),
            *(DecayPanel(one.metric, one.points, one.reference) for one in page.beside),
        ),
        {m.id: m.name for m in models},
        (*promotions, *retrainings, *firings),
        page.onset.began if page.onset else None,
    )


def key_words(grain: Grain) -> str:
    """What the strokes of the chart mean."""
    return (
        f"● mature: the {grain.value} is over, 95 % of its labels are known and those of no class are still on their "
        "way, and there are 100 at least. ○ and dashed: not yet, so it is not judged. Dotted: estimated without "
        "labels, or a rule without a model. Band: 95 %. Drag over the chart to see the answers behind it."
    )
