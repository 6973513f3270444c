"""What a recipe makes of real rows, before it is saved."""

import json

import streamlit as st

from db.session import reading
from mms.domain.canonical import canonical_json
from mms.domain.errors import MmsError
from mms.domain.recipes import recipe_words
from mms.domain.snapshots import Snapshot
from mms.domain.triples import Recipe
from mms.usecases.composer import Preview, preview_of
from pages.parts.formatting import counted


def recipe_preview(recipe: Recipe, snapshot: Snapshot) -> bool:
    """Say what the recipe does, and show its first rows; False where it cannot be fitted, with the reason."""
    for line in recipe_words(recipe):
        st.markdown(f"- {line}")
    if not recipe.branches:
        st.warning("A recipe needs at least one branch: add one.", icon=":material/warning:")
        return False
    try:
        with st.spinner("Fitting it on a few rows …"):
            made = _preview(snapshot.id, canonical_json(recipe.to_json()))
    except MmsError as error:
        st.error(error.sentence, icon=":material/error:")
        return False
    st.markdown(_sentence(made))
    st.dataframe(made.head, hide_index=True, height="content", alt=f"the first rows of {_sentence(made)}")
    return True


def _sentence(made: Preview) -> str:
    kind = "a sparse matrix, mostly zeros" if made.sparse else "a dense matrix"
    more = f"; the first {made.head.shape[1]} are shown" if made.features > made.head.shape[1] else ""
    return (
        f"{counted(made.rows, 'row')} × {counted(made.columns, 'column')} become "
        f"**{made.rows:,} × {counted(made.features, 'feature')}**, {kind}{more}."
    )


@st.cache_data(max_entries=100, show_spinner=False)
def _preview(snapshot_id: int, content: str) -> Preview:
    with reading() as session:
        return preview_of(session, snapshot_id, Recipe.from_json(json.loads(content)))
