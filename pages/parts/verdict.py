"""The verdict on compared models: sentence, chances for each pair, and the differences fold by fold."""

import pandas as pd
import streamlit as st

from mms.charts import differences
from mms.domain.comparison import Comparison, amount_words, chance_words, p_words
from mms.domain.scores import METRICS
from pages.parts.formatting import with_spread

_WHOLE = 15
"""Pairs that are shown at once: those of six models."""

_SCROLLED = 420
"""Pixels of a table of more; the chances at a glance follow it."""


def pair_table(comparison: Comparison) -> None:
    """Each pair, the better model first; of three models or more also all chances at a glance."""
    metric = METRICS[comparison.metric]
    column = st.column_config.TextColumn
    st.dataframe(
        pair_frame(comparison),
        hide_index=True,
        height="content" if len(comparison.pairs) <= _WHOLE else _SCROLLED,
        alt="each pair of models with the chances that one is better",
        column_config={
            "pair": column("Pair", help="the model with the better mean first"),
            "difference": column(
                f"Better by ({metric.label})",
                help="Mean over the folds ± its standard error, corrected for training rows that the folds share.",
            ),
            "better": column("Better", help=f"chance that the first is better{_by(comparison)}"),
            "equal": column(
                "Practically equal", help="Chance of a smaller difference. The project sets what is small."
            ),
            "worse": column("Worse", help=f"chance that the second is better{_by(comparison)}"),
            "p": column(
                "p",
                help="corrected paired t-test, two-sided, adjusted by Holm for the number of pairs; small means sure",
            ),
        },
    )
    if len(comparison.models) > 2:
        st.markdown(f"Chance that the model of the row is better than that of the column{_by(comparison)}:")
        chances = chance_frame(comparison)
        shown = chances.map(lambda chance: "" if pd.isna(chance) else chance_words(chance))
        shades = chances.map(_shade)
        st.dataframe(shown.style.apply(lambda _: shades, axis=None), height="content", alt="chances of all pairs")


def difference_plot(comparison: Comparison, colours: dict[int, str]) -> None:
    """The best against the others, fold by fold."""
    finding = differences.words(comparison)
    st.plotly_chart(differences.figure(comparison, colours), alt=finding, key="differences")
    st.caption(f"{finding} Diamonds: means ± their corrected standard error.")


def pair_frame(comparison: Comparison) -> pd.DataFrame:
    """One row a pair."""
    names = {c.model.id: c.model.name for c in comparison.models}
    return pd.DataFrame(
        [
            {
                "pair": f"{names[pair.model_id]} – {names[pair.other_id]}",
                "difference": with_spread(pair.test.mean, pair.test.se),
                "better": chance_words(pair.test.better),
                "equal": chance_words(pair.test.equal) if comparison.rope else "–",
                "worse": chance_words(pair.test.worse),
                "p": p_words(pair.p_adjusted),
            }
            for pair in comparison.pairs
        ]
    )


def chance_frame(comparison: Comparison) -> pd.DataFrame:
    """(models, models) chances that the row's model is better than the column's; empty on the diagonal."""
    names = {c.model.id: c.model.name for c in comparison.models}
    frame = pd.DataFrame(float("nan"), index=list(names.values()), columns=list(names.values()))
    for pair in comparison.pairs:
        one, other = names[pair.model_id], names[pair.other_id]
        frame.loc[one, other], frame.loc[other, one] = pair.test.better, pair.test.worse
    return frame


def _by(comparison: Comparison) -> str:
    metric = METRICS[comparison.metric]
    return f" by more than {amount_words(metric, comparison.rope)}" if comparison.rope else ""


def _shade(chance: float) -> str:
    return "" if pd.isna(chance) else f"background-color: rgba(0, 114, 178, {0.55 * chance:.2f})"
