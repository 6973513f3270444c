"""Which column of a log says what: guessed by the usual names, shown, and changed where the guess is wrong."""

from pathlib import Path

import streamlit as st

from mms.domain.logs import LogColumns, class_of, guesses, roles_of
from mms.domain.projects import Task

_LABELS = {
    "time": ("Time of the answer", "when each answer was given; a time without a zone is taken as UTC"),
    "label": ("Answer (class)", "empty: it follows from the probability, at 0.5"),
    "score": ("Probability of the positive class", "between 0 and 1; without it, metrics of ranks are left out"),
    "value": ("Answer (number)", "the number that was predicted"),
    "truth": ("Truth", "what was true; empty cells are not known yet"),
    "truth_time": ("Time of the truth", "when the truth became known; empty: at once"),
    "entity": ("Entity", "whom or what it was asked about; empty: rows of one time differ by their features"),
    "model": ("Model", "which model answered, where several did"),
}
_IN_A_ROW = 4


def chosen_columns(task: Task, path: Path, file_id: str, *, is_named: bool) -> LogColumns:
    """The column of each role, a guess at first. is_named: the model's name is given, so no column is asked for it.

    Invalid: the file cannot be read.
    """
    from mms.usecases.logs import names_in  # reads Parquet: only where a file is there

    names = list(names_in(path))
    found = guesses(LogColumns(), names, task, model_named=is_named)
    roles = [role for role in roles_of(task) if not (role == "model" and is_named)]
    named: dict[str, str | None] = {}
    for start in range(0, len(roles), _IN_A_ROW):
        row = roles[start : start + _IN_A_ROW]
        for place, role in zip(st.columns(_IN_A_ROW), row, strict=False):
            guess, (label, words) = getattr(found, role), _LABELS[role]
            key = f"log_{role}_{file_id}"
            st.session_state.setdefault(key, guess)  # a box that begins with a choice could not be emptied again
            named[role] = place.selectbox(label, names, None, key=key, help=words, placeholder="no column")
    shares: list[str] = []
    if task is Task.MULTICLASS or (found.probabilities and named.get("score") is None):
        shares = st.multiselect(
            "Probabilities of the classes", names, [column for _, column in found.probabilities],
            key=f"log_shares_{file_id}", help="a column for each class, called as the class is, or p_ and the class",
            placeholder="none",
        )  # fmt: skip
    return LogColumns(**named, probabilities=tuple((class_of(column), column) for column in shares))
