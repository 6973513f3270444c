"""The rows behind some points: a model's out-of-fold answers beside the features they were given for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from db.queries.snapshots import get_snapshot, snapshot_frame
from db.session import reading
from mms.domain.models import Model
from mms.settings import settings
from pages.parts.downloads import csv_download
from pages.parts.scored_rows import out_of_fold

_SHOWN = 500


def rows_behind(model: Model, rows: Sequence[int], key: str) -> None:
    """A table of these rows of the snapshot, the first `_SHOWN`; nothing where there are none."""
    if not len(rows):
        return
    oof = out_of_fold(model)
    found = oof[oof["row"].isin(np.asarray(rows))]
    own = found.head(_SHOWN)
    with reading() as session:
        frame = snapshot_frame(session, settings().cache, get_snapshot(session, model.ranked.snapshot_id))
    features = frame.iloc[own["row"]].reset_index(drop=True)
    answers = own.drop(columns=[name for name in own.columns if name in features.columns]).reset_index(drop=True)
    shown = pd.concat([answers, features], axis=1)
    more = f", the first {_SHOWN:,} of them" if len(found) > _SHOWN else ""
    st.markdown(f"**{len(found):,} rows** behind it{more}:")
    st.dataframe(shown, hide_index=True, alt="the rows behind the chosen points", key=f"{key}_rows", height=260)
    csv_download(shown, f"rows-{model.ranked.version}.csv", "CSV of these rows", key=f"{key}_rows_csv")


def selected_rows(event: Any) -> list[int]:
    """The rows of the points that are selected in a chart, whose custom data are rows."""
    given = [point.get("customdata") for point in event["selection"]["points"]]
    return [int(one[0] if isinstance(one, list) else one) for one in given if one is not None]
