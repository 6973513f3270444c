"""Roll back: seat the champion before the present one again."""

from collections.abc import Sequence

import streamlit as st

from db.queries.promotions import find_champion, seated_before
from db.session import acknowledged, reading
from mms.domain.errors import Conflict
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.promotions import nobody_before
from pages.parts.dialogs import close_dialog
from pages.parts.session import real_now
from pages.parts.told import told

_SEEN = "rollback_seen"


@st.dialog("Roll back", on_dismiss=close_dialog)
def roll_back_dialog(member: Member, project: Project, scopes: Sequence[str]) -> None:
    """Scope, who comes back for whom, and reason; a new line in the ledger."""
    scope = st.selectbox("Scope", scopes, key="rollback_scope")
    with reading() as session:
        present, before = find_champion(session, project.id, scope), seated_before(session, project.id, scope)
    if present is None or before is None:
        st.info(nobody_before(scope))
        return
    st.markdown(f"**{before.name}** takes the seat of **{present.model.name}** again.")
    reason = st.text_area("Reason", key="rollback_reason", placeholder="why, for those who come after")
    st.caption("It is a new line in the ledger; the one before stays.")
    clicked = st.button(
        "Roll back", type="primary", key="rollback_now", on_click=_remember, args=(present.promotion.id,)
    )
    if clicked:
        from mms.usecases.promotions import roll_back  # with scikit-learn, which the first page must not wait for

        with told(stop=False):
            if st.session_state.get(_SEEN) != present.promotion.id:
                raise Conflict(f"The seat of '{scope}' changed while you looked: see above who sits there now.")
            with acknowledged() as session:
                roll_back(session, member, project.id, project.present(real_now()), scope=scope, reason=reason)
            close_dialog()
            st.rerun()


def _remember(promotion: int) -> None:
    """Which seating was to be undone, on the screen that was clicked: there may be another since."""
    st.session_state[_SEEN] = promotion
