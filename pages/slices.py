"""One slice of the rows: the models of a run, a snapshot or a choice, ranked anew on it."""

import json

import pandas as pd
import streamlit as st

from db.session import reading
from mms.domain.comparison import ids_of
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from mms.domain.segments import conditions_from_json
from mms.domain.slice_board import LEAST, SliceAsked, SliceBoard
from mms.usecases.slice_board import slice_board, slice_models
from pages.parts.downloads import csv_download
from pages.parts.inside_columns import metric_choice
from pages.parts.project import chosen_project, link_query
from pages.parts.session import current_member, id_in_url
from pages.parts.slice_choice import chosen_rule
from pages.parts.told import told

_HELP = "the score of the slice's rows together, ± one standard deviation over the folds that determine it"

_TEST = "corrected resampled t-test over the folds of the slice, p adjusted for all models here (Holm)"


def render(member: Member) -> None:
    """The slice, the sentence, the models in its order."""
    st.title("Slices")
    project = chosen_project(member)
    if project is None:
        return
    st.page_link("models.py", label="All models", icon=":material/arrow_back:", query_params=link_query(project))
    with told():
        ids = tuple(ids_of(st.query_params.get("ids", "")))
        asked = SliceAsked(project.id, (), ids, id_in_url("run", "run"), id_in_url("snapshot", "snapshot"))
        with reading() as session:
            models = slice_models(session, member, asked)
        st.markdown(
            f"**{len(models)} models** of {as_text(project.name)}, ranked on a part of the rows they were scored on."
        )
        rule = chosen_rule(project, models[0].ranked.snapshot_id)
        if not rule:
            return
        metric = metric_choice(project, "metric")
        board = _board(member, project.id, tuple(model.id for model in models), json.dumps(rule), metric.name)
        _drawn(project, board)


def _drawn(project: Project, board: SliceBoard) -> None:
    st.markdown(as_text(board.words))
    if not board.is_judged:
        st.warning(f"{board.n:,} rows are fewer than {LEAST}: the order below is mostly luck.")
    frame, metric = _frame(board), METRICS[board.metric]
    st.dataframe(
        frame, hide_index=True, alt=f"models by {metric.label} where {board.rule}",
        column_config={
            "model": st.column_config.LinkColumn(display_text=r"#(.*)$"),
            metric.label: st.column_config.NumberColumn(format="%.3f", help=f"{_HELP}; {metric.direction}"),
            "± sd": st.column_config.NumberColumn(format="%.3f"),
            "all rows": st.column_config.NumberColumn(format="%.3f", help="mean over the folds, on all rows"),
            "against the first": st.column_config.TextColumn(help=_TEST),
        },
    )  # fmt: skip
    csv_download(frame, "slice.csv", "CSV", key="slice_csv")
    first = ",".join(str(one.model.id) for one in board.standings[:2])
    if len(board.standings) > 1:
        st.page_link(
            "compare.py", label="Compare the first two", icon=":material/compare_arrows:",
            query_params=link_query(project, ids=first),
        )  # fmt: skip


def _frame(board: SliceBoard) -> pd.DataFrame:
    metric = METRICS[board.metric]
    return pd.DataFrame(
        {
            "place": [one.place for one in board.standings],
            "model": [f"/model?id={one.model.id}&tab=Diagnostics#{one.model.name}" for one in board.standings],
            metric.label: [None if one.score is None else metric.natural(one.score) for one in board.standings],
            "± sd": [one.sd for one in board.standings],
            "folds": [one.folds for one in board.standings],
            "n": board.n,
            "all rows": [None if one.whole is None else metric.natural(one.whole) for one in board.standings],
            "place on all rows": [one.place_whole for one in board.standings],
            "against the first": [one.words for one in board.standings],
        }
    )


@st.cache_data(max_entries=32, show_spinner="Scoring the slice…")
def _board(_member: Member, project_id: int, ids: tuple[int, ...], rule: str, metric: str) -> SliceBoard:
    """Cached by what it is made of: a model's out-of-fold rows never change."""
    with reading() as session:
        asked = SliceAsked(project_id, conditions_from_json(json.loads(rule)), ids, metric=metric)
        return slice_board(session, _member, asked)


render(current_member())
