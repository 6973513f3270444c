"""What a model is, what it scores, and against whom."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from mms.charts import fold_scores
from mms.charts.theme import colours_of
from mms.domain.cards import ModelCard
from mms.domain.markdown import safe_markdown
from mms.domain.models import Model
from mms.domain.recipes import triple_sentence
from mms.domain.runs import FoldResult
from mms.domain.scores import METRICS, Metric
from mms.reports.bars import INK, LIGHT_INK, bars
from pages.parts.formatting import score_of, size
from pages.parts.scope_choice import scope_address


def overview(card: ModelCard) -> None:
    """What it is, how good it is beside champion and Dummy, and what it does now."""
    model = card.model
    st.header("How good it is")
    for words in card.rival_words:
        st.markdown(words)
    st.dataframe(
        score_frame(model), hide_index=True, alt=f"every metric of {model.ranked.name}", column_config=_COLUMNS
    )
    st.caption(
        "Score: mean of 12 folds ± standard deviation over them. "
        "Final fit: scored on the rows it was trained on, so it is optimistic; it never ranks."
    )
    st.header("What it is")
    st.text(triple_sentence(model.triple))
    for member in model.triple.members:
        st.text(triple_sentence(member))
    _service(card)


def _service(card: ModelCard) -> None:
    """Where it sits, how much it is asked, whether its score falls."""
    st.header("What it does now")
    st.markdown(safe_markdown(f"{card.seat_words} {card.decay.sentence}"))
    if card.seats:
        query = {"project": str(card.project.id)} | scope_address(card.seats[0].scope)
        st.page_link("decay.py", label="Look at its decay", icon=":material/trending_down:", query_params=query)
    if any(count for _, count in card.daily):
        ends = (card.daily[0][0].isoformat(), card.daily[-1][0].isoformat())
        ink = LIGHT_INK if st.context.theme.type == "dark" else INK
        st.image(bars([count for _, count in card.daily], *ends, ink), alt=card.traffic_words, width=480)
    st.markdown(card.traffic_words)
    for one in card.history[:1]:
        st.markdown(safe_markdown(one.words))


_COLUMNS = {"final fit": st.column_config.TextColumn("Final fit (optimistic)")}


def score_frame(model: Model) -> pd.DataFrame:
    """Every metric in natural units, with its direction."""
    rows = []
    for s in model.scores:
        metric = METRICS[s.metric]
        ends = sorted((metric.natural(s.minimum), metric.natural(s.maximum)))
        rows.append(
            {
                "metric": metric.label,
                "score": score_of(metric, s.mean, s.sd),
                "folds": f"{ends[0]:.3f} to {ends[1]:.3f}",
                "final fit": "" if s.final is None else f"{metric.natural(s.final):.3f}",
                "direction": metric.direction,
                "means": metric.explanation,
            }
        )
    return pd.DataFrame(rows, columns=["metric", "score", "folds", "final fit", "direction", "means"])


def folds(model: Model, results: Mapping[int, list[FoldResult]], others: Mapping[int, str], metric: Metric) -> None:
    """Scores by fold, joined to those of others on the same folds, and the folds as a table."""
    names = {model.id: model.ranked.name, **others}
    series = [fold_scores.series_of(i, name, results.get(i, []), metric) for i, name in names.items()]
    finding = fold_scores.words(series, metric)
    st.markdown(finding)
    st.plotly_chart(fold_scores.figure(series, metric, colours_of(list(names))), alt=finding, key="folds_chart")
    rows = [
        {
            "fold": "all rows" if r.fold < 0 else str(r.fold + 1),
            "trained on": r.n_train,
            "validated on": r.n_validate,
            "features": r.features,
            "fit, s": round(r.fit_seconds, 3),
            "recipe, s": round(r.feature_seconds, 3),
            "peak memory": "–" if r.peak_bytes is None else size(r.peak_bytes),
            metric.label: _natural(metric, r.scores),
            f"{metric.label}, training rows": _natural(metric, r.train_scores),
        }
        for r in sorted(results.get(model.id, []), key=lambda r: (r.fold < 0, r.fold))
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", alt="each fit with its rows, seconds and score")
    st.caption(
        "All rows: the final fit, scored on the rows it was trained on, so it is optimistic. "
        "Recipe: its seconds count where it was fitted, and 0 where it was shared. Peak memory: by how much a fit grew."
    )


def _natural(metric: Metric, scores: Mapping[str, float]) -> float | None:
    value = scores.get(metric.name)
    return None if value is None else round(metric.natural(value), 4)
