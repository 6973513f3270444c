"""A model's out-of-fold rows, and the class they are looked at for."""

import pandas as pd
import streamlit as st

from db.queries.models import oof_frame
from db.session import reading
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.settings import settings


def out_of_fold(model: Model) -> pd.DataFrame:
    """A model's out-of-fold rows (see mms.ml.fitting.FittedFold); cached by what they contain."""
    return _cached(model.oof_sha, model.id)


@st.cache_data(max_entries=32, show_spinner="Reading the out-of-fold rows…")
def _cached(sha: str, _model_id: int) -> pd.DataFrame:
    with reading() as session:
        return oof_frame(session, settings().cache, _model_id)


def class_choice(project: Project, model: Model, key: str) -> str:
    """The class the curves are about: the positive one, or one to choose where there are several."""
    if project.positive_class is not None:
        return project.positive_class
    return str(st.selectbox("Class against the rest", model.signature.classes, key=key, bind="query-params"))
