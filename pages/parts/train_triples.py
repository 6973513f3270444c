"""Triples given one by one: those of an earlier run, of a model, or of one row of a run; altered, doubled, removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from db.queries.models import get_model
from db.queries.runs import get_run, get_run_triple, run_triples
from mms.domain.errors import Invalid
from mms.domain.triples import Recipe, Triple, described
from mms.usecases.spaces import Options
from pages.parts.draft import text_of, value_of
from pages.parts.formatting import counted
from pages.parts.session import id_in_url
from pages.parts.triple_editor import triple_editor

_DRAFT = "triples"
_REVISION = "triples_revision"


@dataclass(frozen=True, slots=True)
class Given:
    """What the address names: triples, and whose and on which snapshot they were fitted.

    algorithms: of a search by trials, what its space holds; its triples were proposed on the way.
    """

    triples: tuple[Triple, ...] = ()
    project_id: int | None = None
    snapshot_id: int | None = None
    algorithms: tuple[str, ...] = ()


def given_triples(session: Session) -> Given:
    """The triples of a run (`again=RUN`), of a model (`model=ID`), or of one row of a run (`triple=ID`)."""
    again, model_id, one = id_in_url("again", "run"), id_in_url("model", "model"), id_in_url("triple", "triple")
    if again is not None:
        run = get_run(session, again)
        return Given(tuple(run_triples(session, again)), run.project_id, run.snapshot_id, tuple(run.search.space))
    if model_id is not None:
        model = get_model(session, model_id)
        return Given((model.triple,), model.ranked.project_id, model.ranked.snapshot_id)
    if one is not None:
        triple, run = get_run_triple(session, one)
        return Given((triple,), run.project_id, run.snapshot_id)
    return Given()


def drafted_triples(given: Sequence[Triple]) -> list[Triple]:
    """The triples as they were altered, where the address holds that; else as they were given."""
    text = st.query_params.get(_DRAFT)
    if text is None:
        return list(given)
    listed = value_of(text)
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise Invalid("This address holds no list of triples: begin again from a run or a model.")
    return [Triple.from_json(item) for item in listed]


def own_triples(triples: Sequence[Triple], options: Options, recipes: Mapping[str, Recipe]) -> list[Triple]:
    """Draw them as a table with an editor for one at a time; return them as the widgets say. The address follows."""
    table = st.empty()
    now = list(triples)
    chosen = st.selectbox(
        "Triple to edit", range(len(now)), index=0 if len(now) == 1 else None, key=_key("chosen"),
        format_func=lambda i: f"{i + 1} {_words(triples[i])}", placeholder="choose one to alter, double or remove it",
    )  # fmt: skip
    redraw = False
    if chosen is not None:
        with st.container(border=True):
            edited = triple_editor(now[chosen], options, recipes, _key(f"triple_{chosen}"))
            now[chosen] = edited
            with st.container(horizontal=True):
                if st.button("Double it", key=_key("double"), icon=":material/content_copy:", help="to alter the copy"):
                    now.insert(chosen + 1, edited)
                    redraw = True
                if st.button("Remove it", key=_key("remove"), icon=":material/delete:"):
                    del now[chosen]
                    redraw = True
    table.dataframe(_frame(now), height="content", alt=f"{counted(len(now), 'triple')} to fit")
    if now != list(triples):
        st.query_params[_DRAFT] = text_of([triple.to_json() for triple in now])
    if redraw:
        st.session_state[_REVISION] = _revision() + 1
        st.rerun()
    return now


def _frame(triples: Sequence[Triple]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "algorithm": [t.algorithm for t in triples],
            "hyperparameters": [described(t.hyperparameters, 99) or "defaults" for t in triples],
            "recipe": [t.recipe.name for t in triples],
        },
        index=pd.RangeIndex(1, len(triples) + 1, name="triple"),
    )


def _words(triple: Triple) -> str:
    return f"{triple.algorithm} · {described(triple.hyperparameters) or 'defaults'} · {triple.recipe.name}"


def _revision() -> int:
    return int(st.session_state.get(_REVISION, 0))


def _key(name: str) -> str:
    return f"triples_{_revision()}_{name}"
