"""Roll back: seat the champion before the present one again."""

from collections.abc import Sequence

import streamlit as st

from db.session import acknowledged
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.dialogs import close_dialog
from pages.parts.session import real_now
from pages.parts.told import told


@st.dialog("Roll back", on_dismiss=close_dialog)
def roll_back_dialog(member: Member, project: Project, scopes: Sequence[str]) -> None:
    """Scope and reason; a new line in the ledger."""
    scope = st.selectbox("Scope", scopes, key="rollback_scope")
    reason = st.text_area("Reason", key="rollback_reason", placeholder="why, for those who come after")
    st.caption("The champion before the present one is seated again: a new line in the ledger.")
    if st.button("Roll back", type="primary", key="rollback_now"):
        from mms.usecases.promotions import roll_back  # with scikit-learn, which the first page must not wait for

        with told(stop=False):
            with acknowledged() as session:
                roll_back(session, member, project.id, project.present(real_now()), scope=scope, reason=reason)
            close_dialog()
            st.rerun()
