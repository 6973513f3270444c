"""What is done with chosen rows of the model table."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from db.session import transaction
from mms.domain.members import Member
from mms.domain.models import ModelPage
from mms.domain.projects import Project
from mms.usecases.models import archive_models, restore_models
from pages.parts.ensemble import combine_button
from pages.parts.model_view import forget_chosen
from pages.parts.selection_tags import tag_popover
from pages.parts.session import real_now
from pages.parts.told import told


def selection(member: Member, project: Project, page: ModelPage, chosen: Sequence[int], known: Sequence[str]) -> None:
    """Open one, compare or combine two or more, tag, export, archive or restore any. known: tags in use."""
    row = st.container(horizontal=True)
    one, several = len(chosen) == 1, len(chosen) >= 2
    if row.button("Open", disabled=not one, help=None if one else "Choose one row, or click an ID."):
        st.switch_page("model.py", query_params={"id": str(chosen[0])})
    label = f"Compare {len(chosen)}" if several else "Compare"
    if row.button(label, type="primary", disabled=not several, help=None if several else "Choose 2 rows or more."):
        st.switch_page("compare.py", query_params={"ids": ",".join(map(str, chosen))})
    combine_button(row, chosen)
    with row:
        tag_popover(member, chosen, page.tags, known)
        where = urlencode({"where": f"id IN ({', '.join(map(str, chosen))})", "archived": "true"})
        link = f"/api/v1/projects/{project.id}/models.csv?{where}"
        if chosen:
            st.link_button("CSV of these", link, icon=":material/download:")
        _shelf(member, page, chosen)


def _shelf(member: Member, page: ModelPage, chosen: Sequence[int]) -> None:
    """Archive the chosen ones; restore them where they are archived."""
    hidden = [m.id for m in page.models if m.id in chosen and m.archived_at is not None]
    for label, ids, act, words in (
        (
            "Archive",
            [i for i in chosen if i not in hidden],
            archive_models,
            "archived: tick 'Archived too' to see them",
        ),
        ("Restore", hidden, restore_models, "back in the table"),
    ):
        if (ids or label == "Archive") and st.button(label, disabled=not ids):
            with told(stop=False):
                with transaction() as session:
                    count = act(session, member, ids, real_now())
                st.toast(f"{count} {words}.")
                forget_chosen()
                st.rerun()
