"""The answer of a what-if: the prediction, what each feature did to it, the nearest training rows."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mms.charts import effects
from mms.domain.markdown import as_text
from mms.domain.tables import Column
from mms.domain.what_if import METHOD, NEAREST, WhatIf

_CLASSES = 8


def what_if_answer(found: WhatIf, columns: Sequence[Column]) -> None:
    """Sentence first, then the evidence."""
    said = found.answer
    st.header(f"It answers {as_text(said.label) if said.label is not None else f'{said.value:,.4g}'}")
    ranked = sorted(said.probabilities.items(), key=lambda pair: -pair[1])
    for name, share in ranked[:_CLASSES]:
        st.progress(min(1.0, max(0.0, share)), text=f"{as_text(name)}: {share:.1%}")
    if len(ranked) > _CLASSES:
        st.caption(f"The {_CLASSES} most probable of {len(ranked)} classes.")
    if not found.is_probability and said.probabilities:
        st.caption("These are squashed decision values: they rank, and are no probabilities.")
    for sentence in found.outside:
        st.warning(as_text(sentence), icon=":material/straighten:")
    if found.note:
        st.info(found.note)
        return
    finding = effects.words(found.effects, found.output)
    st.markdown(as_text(finding))
    st.plotly_chart(effects.figure(found.effects, found.output), alt=finding, key="effects")
    more = f" The first {found.asked:,} of {len(columns):,} features were asked." if found.asked < len(columns) else ""
    st.caption(f"Each feature took the values of {found.background} training rows.{more} {METHOD}")
    st.dataframe(effect_frame(found), hide_index=True, alt="what each feature did to the answer")
    st.header("The nearest training rows")
    same = sum(str(one.truth) == said.label for one in found.nearest)
    if said.label is not None:
        st.markdown(f"{same} of the {len(found.nearest)} nearest are truly {as_text(said.label)}.")
    st.dataframe(nearest_frame(found), hide_index=True, alt="the training rows that are most like these values")
    st.caption(f"Among {found.searched:,} training rows. {NEAREST}")


def effect_frame(found: WhatIf) -> pd.DataFrame:
    """Every effect, greatest first."""
    return pd.DataFrame(
        {
            "feature": [one.feature for one in found.effects],
            "value": ["not known" if one.value is None else str(one.value) for one in found.effects],
            f"effect on {found.output}": [round(one.effect, 4) for one in found.effects],
            "spread": [round(one.spread, 4) for one in found.effects],
        }
    )


def nearest_frame(found: WhatIf) -> pd.DataFrame:
    """Nearest first: distance, truth, then the model's columns, of which one may be called 'distance' too."""
    own = [{"distance": round(one.distance, 3), "truth": one.truth, "row": one.row} for one in found.nearest]
    return pd.DataFrame(
        [
            first
            | {
                f"{name} (feature)" if name in first else name: "" if value is None else str(value)
                for name, value in one.values.items()
            }
            for first, one in zip(own, found.nearest, strict=True)
        ]
    )
