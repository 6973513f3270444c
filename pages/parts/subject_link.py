"""Links to things by their noun and id: where a feed, a search or a report leads."""

from collections.abc import Mapping

import streamlit as st

from mms.domain.finds import Find, FindKind
from mms.domain.markdown import as_text
from mms.domain.subjects import Subject, SubjectKind

_PLACES: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    SubjectKind.MODEL.value: ("model.py", "id", {}),
    SubjectKind.RUN.value: ("runs.py", "run", {}),
    SubjectKind.SNAPSHOT.value: ("data.py", "snapshot", {"tab": "Snapshots"}),
    SubjectKind.PROJECT.value: ("activity.py", "project", {}),
    FindKind.RECIPE.value: ("recipe.py", "recipe", {}),
    FindKind.SEGMENT.value: ("data.py", "segment", {"tab": "Structure"}),
}
"""Noun -> page, the name its id has in the address, and what else the address says."""


def subject_link(subject: Subject, project_id: int, label: str) -> None:
    """A link to the thing's own screen."""
    _link(subject.kind.value, subject.id, project_id, label)


def find_link(find: Find) -> None:
    """A link to what was found; a comment leads to what it is about."""
    noun, id_ = find.about or (find.kind.value, find.id)
    _link(noun, id_, find.project_id, f"**{as_text(find.title)}** · {as_text(find.words)} · {as_text(find.project)}")


def _link(noun: str, id_: int, project_id: int, label: str) -> None:
    page, param, more = _PLACES[noun]
    st.page_link(page, label=label, query_params={"project": str(project_id), **more, param: str(id_)})
