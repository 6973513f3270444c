"""One feature's drift: two distributions over one another, its way over time, every distance, its words."""

import pandas as pd
import streamlit as st

from mms.charts import drift as chart
from mms.domain.drift import DriftReport, FeatureDrift, FeatureKind
from mms.domain.markdown import as_text

_MEANS = {
    "psi": "population stability index: sum of (q - p) ln(q / p) over the bins",
    "psi of length": "population stability index of the words a text has",
    "psi of unseen words": "population stability index of each text's share of new words",
    "jensen-shannon": "Jensen-Shannon distance, 0 to 1",
    "chi-squared": "Pearson's statistic; at many rows any change is large",
    "cramer's v": "how strong the change is, 0 to 1, however many rows there are",
    "largest gap": "the largest change of the share of one bin",
    "kolmogorov-smirnov": "the largest gap of the cumulative shares",
    "wasserstein": "how far the values moved, in standard deviations of the reference",
    "unseen": "by how much more rows hold a value that the model never saw",
}


def feature_view(report: DriftReport) -> None:
    """The chosen feature; first the one that ranks first."""
    rows = {one.label: one for one in (*report.features, *report.predictions)}
    chosen = st.selectbox("Look at", list(rows), key="drift_feature", bind="query-params", width=360)
    one = rows[chosen]
    st.header(as_text(one.label))
    st.markdown(as_text(one.sentence))
    left, right = st.columns(2)
    left.plotly_chart(chart.distributions(one), alt=chart.distributions_words(one), key="drift_distributions")
    right.plotly_chart(chart.series(one), alt=chart.series_words(one), key="drift_series")
    if one.kind is FeatureKind.TEXTS:
        st.plotly_chart(chart.tokens(one), alt=chart.tokens_words(one), key="drift_tokens")
    _distances(one)


def _distances(one: FeatureDrift) -> None:
    frame = pd.DataFrame(
        {
            "distance": [each.name for each in one.distances],
            "value": [each.value for each in one.distances],
            "limit": [each.limit for each in one.distances],
            "without drift": [each.expected for each in one.distances],
            "over": ["over" if each.over else "" for each in one.distances],
            "meaning": [_MEANS[each.name] for each in one.distances],
        }
    )
    number = st.column_config.NumberColumn(format="%.4g")
    st.dataframe(
        frame, hide_index=True, placeholder="–", key="drift_distances",
        alt=f"{len(frame)} distances of {one.label} with their limits",
        column_config={"value": number, "limit": number, "without drift": number},
    )  # fmt: skip
