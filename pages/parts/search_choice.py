"""How a run goes through its space: every combination, at random, by trials; and whether it drops the weak early."""

from collections.abc import Sequence
from importlib.util import find_spec

import streamlit as st

from mms.domain.search import MOST_TRIALS, Search, SearchKind
from mms.domain.snapshots import FOLDS
from mms.domain.triples import Triple
from mms.usecases.spaces import Options, Way

_EVERY, _RANDOM, _TRIALS = "every combination", "a random sample", "trials (Optuna)"
_WORDS = {
    _EVERY: "Fits every combination of the values above.",
    _RANDOM: "Draws so many triples at random, the same ones for the same seed.",
    _TRIALS: "Optuna proposes each triple in the light of those before.",
}
_SEED = "of what is random in algorithms and draws: the same seed gives the same run"
_HALVING = (
    "Successive halving: all triples are followed on a few folds, the better ones on more of them; whoever stays to "
    "the end is fitted on all 12. Fewer fits; a triple that begins badly may be lost."
)
_INSTALL = "Optuna is not installed: `pip install optuna` beside the product, restart it, and choose trials again."


def search_choice() -> tuple[int, Way | None]:
    """The run's seed, and the way through the space: None where it cannot be gone, with the reason on the screen."""
    left, right = st.columns([3, 2])
    kind = left.radio(
        "Search", list(_WORDS), key="search", bind="query-params", captions=list(_WORDS.values()),
        label_visibility="collapsed",
    )  # fmt: skip
    with right:
        seed = int(st.number_input("Seed", 0, 2**31 - 1, 0, key="seed", bind="query-params", help=_SEED))
        if kind == _TRIALS:
            if find_spec("optuna") is None:
                st.error(_INSTALL, icon=":material/error:")
                return seed, None
            trials = st.number_input("Trials", 1, MOST_TRIALS, 30, key="trials", bind="query-params")
            return seed, Way(SearchKind.TRIALS, trials=int(trials), seed=seed)
        draw = None
        if kind == _RANDOM:
            draw = int(st.number_input("Triples to draw", 1, MOST_TRIALS, 20, key="draw", bind="query-params"))
        halving = st.toggle("Drop the weak early (halving)", key="halving", bind="query-params", help=_HALVING)
        if not halving:
            return seed, Way(draw=draw, seed=seed)
        factor = st.number_input(
            "One in so many stays at each stage", 2, FOLDS, 3, key="factor", bind="query-params",
            help="3 keeps the better third; the larger, the quicker and the bolder",
        )  # fmt: skip
    return seed, Way(SearchKind.HALVING, draw=draw, factor=int(factor), seed=seed)


def address_of(search: Search) -> dict[str, str]:
    """What the address of the training page says of a run's search."""
    if search.kind is SearchKind.TRIALS:
        return {"search": _TRIALS, "trials": str(search.trials), "values": "whole ranges"}
    return {"halving": "true", "factor": str(search.factor)} if search.kind is SearchKind.HALVING else {}


def neighbourhood_choice(options: Options) -> Sequence[Triple]:
    """The champion's triple and those one step away from it, where that is wished."""
    found = options.neighbourhood
    note = f"The champion's triple and {len(found) - 1} that differ from it by one step of one hyperparameter."
    why = note if found else "There is no champion yet, so that it has no neighbourhood."
    wished = st.toggle(
        "Also the champion's neighbourhood", key="neighbourhood", bind="query-params", disabled=not found, help=why
    )
    return found if wished and found else ()
