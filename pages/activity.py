"""Activity: who did what, newest first, in one project or in all; what one watches; and what is said of the project."""

from itertools import groupby

import streamlit as st

from db.queries.activity import feed
from db.queries.comments import watches
from db.queries.members import members
from db.session import reading, transaction
from mms.domain.activity import Feed, FeedQuery, Happening, place_of
from mms.domain.markdown import as_text
from mms.domain.members import PRODUCT, Member
from mms.domain.projects import Project
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.comments import read_news
from pages.parts.discussed import discussed
from pages.parts.formatting import counted, local
from pages.parts.project import chosen_project, link_query
from pages.parts.session import current_member, real_now
from pages.parts.subject_link import subject_link
from pages.parts.told import told

_WATCHED = "Only what you watch, in all projects."


def render(member: Member) -> None:
    """The sentence, the filters, the events by day; beneath them what is said of the project."""
    st.title("Activity")
    project = chosen_project(member)
    if project is None:
        return
    first, here = st.empty(), Subject(SubjectKind.PROJECT, project.id)
    found: Feed | None = None
    with told(stop=False), reading() as session:
        names = list(dict.fromkeys([*(m.display_name for m in members(session)), PRODUCT.display_name]))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            everywhere = st.toggle("All projects", key="all", bind="query-params")
            watched = st.toggle("Watched", key="watched", bind="query-params", help=_WATCHED)
            kinds = st.multiselect("What", [kind.value for kind in Happening], key="what", bind="query-params")
            by = st.selectbox("Who", names, index=None, key="by", bind="query-params", placeholder="anybody")
        after = st.query_params.get("after")
        query = FeedQuery(
            project_id=None if everywhere or watched else project.id,
            kinds=tuple(Happening(kind) for kind in kinds),
            by=by,
            subjects=tuple(w.subject for w in watches(session, member)) if watched else None,
            after=place_of(after) if after else None,
        )
        found = feed(session, member, query)
    if found is not None:
        where = "what you watch" if watched else "all projects" if everywhere else f"**{as_text(project.name)}**"
        first.markdown(f"{counted(len(found.events), 'event')} of {where}{', earlier ones' if after else ''}.")
        _events(found, here, named=everywhere or watched)
        _turn(project, found, began=bool(after))
    if watched:
        _read(member)
    discussed(member, here, f"Comments on {project.name}")


def _events(found: Feed, here: Subject, *, named: bool) -> None:
    if not found.events:
        st.info("Nothing yet: runs, models, promotions and comments are listed here as they come.")
    for day, events in groupby(found.events, key=lambda event: f"{local(event.at):%-d %B %Y}"):
        st.header(day)
        for event in events:
            where = f" · {as_text(event.project)}" if named else ""
            label = f"{local(event.at):%H:%M} · **{as_text(event.by)}** {as_text(event.words)}{where}"
            if event.kind is Happening.FIRING:
                st.page_link("triggers.py", label=label, query_params={"project": str(event.project_id)})
            elif event.subject == here:
                st.markdown(label)  # it is said below
            else:
                subject_link(event.subject, event.project_id, label)


def _turn(project: Project, found: Feed, *, began: bool) -> None:
    """To older events, and back to the newest; the filters stay in the address."""
    kept = {k: st.query_params.get_all(k) for k in ("all", "watched", "what", "by") if k in st.query_params}
    with st.container(horizontal=True):
        if began:
            st.page_link("activity.py", label="Newest", query_params=link_query(project) | kept)
        if found.after is not None:
            query = link_query(project) | kept | {"after": str(found.after)}
            st.page_link("activity.py", label="Older", query_params=query)


def _read(member: Member) -> None:
    if st.button("Mark as read", help="The count in the sidebar begins anew."):
        with told(stop=False):
            with transaction() as session:
                read_news(session, member, real_now())
            st.rerun()


render(current_member())
