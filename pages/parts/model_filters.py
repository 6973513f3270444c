"""The filter, the sort and the place in the model table: all of them in the URL."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mms.domain.models import ModelFilter, ModelSort, ModelState
from mms.domain.scores import Metric
from pages.parts.model_view import TRAIL, Choices, ModelView


def model_view(choices: Choices, metric: Metric) -> ModelView:
    """Draw the filter bar; what it says is what the URL says."""
    wide = st.columns([2, 2, 2, 1.4])
    text = wide[0].text_input(
        "Search", key="text", bind="query-params", placeholder="part of a name", on_change=first_page,
        help="in algorithm, recipe and hyperparameters",
    )  # fmt: skip
    algorithms = wide[1].multiselect(
        "Algorithm", choices.algorithms, key="algorithm", bind="query-params", on_change=first_page
    )
    states = wide[2].multiselect(
        "State", [s.value for s in ModelState], key="state", bind="query-params", on_change=first_page
    )
    sort = wide[3].selectbox(
        "Best first by", [s.value for s in ModelSort], key="sort", bind="query-params", on_change=first_page
    )
    narrow = st.columns([2, 2, 2, 1.4], vertical_alignment="bottom")
    word = "at least" if metric.greater_is_better else "at most"
    limit = narrow[0].number_input(
        f"{metric.label} {word}", value=None, key="limit", bind="query-params", format="%.3f", on_change=first_page,
        step=0.01, help=f"{metric.explanation}; {metric.direction}",
    )  # fmt: skip
    with narrow[1]:
        snapshot = _by_id("Snapshot", "snapshot", choices.snapshots)
    with narrow[2]:
        run = _by_id("Run", "run", choices.runs)
    archived = narrow[3].checkbox("Archived too", key="archived", bind="query-params", on_change=first_page)
    where = ModelFilter(
        algorithms=tuple(algorithms),
        states=tuple(ModelState(s) for s in states),
        min_score=None if limit is None else metric.stored(limit),
        snapshot_id=snapshot,
        run_id=run,
        text=text.strip(),
        archived=archived,
    )
    return ModelView(where, ModelSort(sort), tuple(filter(None, st.query_params.get("after", "").split(TRAIL))))


def pager(view: ModelView, after: str | None) -> None:
    """Previous and next; a button that cannot act is disabled and says why."""
    row = st.container(horizontal=True)
    if row.button("← Previous", disabled=not view.trail, help=None if view.trail else "This is the first page."):
        _go(view.trail[:-1])
    if row.button("Next →", disabled=after is None, help=None if after else "This is the last page."):
        _go((*view.trail, after or ""))


def first_page() -> None:
    """A changed filter begins at its first page."""
    st.query_params.pop("after", None)


def _go(trail: Sequence[str]) -> None:
    if trail:
        st.query_params["after"] = TRAIL.join(trail)
    else:
        first_page()
    st.rerun()


def _by_id(label: str, param: str, names: Mapping[int, str]) -> int | None:
    """A choice whose id stands in the URL, so that other pages can link to it."""
    given = st.query_params.get(param, "")
    wanted = int(given) if given.isdecimal() and len(given) < 19 else None
    ids = [*names, *([wanted] if wanted is not None and wanted not in names else [])]

    def write() -> None:
        chosen = st.session_state[f"{param}_choice"]
        first_page()
        if chosen is None:
            st.query_params.pop(param, None)
        else:
            st.query_params[param] = str(chosen)

    return st.selectbox(
        label,
        ids,
        index=None if wanted is None else ids.index(wanted),
        format_func=lambda id_: names.get(id_, f"{param} {id_} (unknown here)"),
        key=f"{param}_choice",
        placeholder="any",
        on_change=write,
    )
