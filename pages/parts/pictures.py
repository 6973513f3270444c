"""Pictures of a model or a snapshot: thumbnails, one of them large, those there cannot be with the reason."""

from collections.abc import Mapping, Sequence

import streamlit as st

from db.queries.pictures import being_drawn, pictures
from db.session import reading, transaction
from mms.domain.members import Member
from mms.domain.pictures import Drawable, Picture, PictureKind, Theme, pictures_of
from mms.usecases.pictures import ask_for_pictures
from pages.parts.formatting import counted, seconds
from pages.parts.picture_job import follow
from pages.parts.picture_refits import refits
from pages.parts.session import real_now
from pages.parts.told import told

_ROW = 4
"""Thumbnails in a row."""


def gallery(member: Member, about: Drawable, name: str) -> None:
    """What is drawn, the buttons for what is not, one large, all thumbnails, and why the others are not there."""
    theme = Theme.DARK if st.context.theme.type == "dark" else Theme.LIGHT
    with reading() as session:
        found, job = pictures(session, about.subject, theme), being_drawn(session, about.subject)
    fitting = [kind for kind in pictures_of(about.subject.kind) if kind.applies(about)]
    drawn = [kind for kind in fitting if kind in found and found[kind].svg is not None]
    st.markdown(_drawn_words(about, found, fitting, len(drawn)))
    if job is not None:
        follow(member, about.subject)
    else:
        _draw_button(member, about, [kind for kind in fitting if kind not in found and not kind.refits])
    _large(found, name)
    _thumbnails(found, drawn, name)
    if job is None:
        refits(member, about.subject, [kind for kind in fitting if kind.refits and kind not in drawn])
    _reasons(about, found)


def _drawn_words(
    about: Drawable, found: Mapping[PictureKind, Picture], fitting: Sequence[PictureKind], drawn: int
) -> str:
    """How many pictures there are, and what the others wait for."""
    costly = sum(kind.refits and kind not in found for kind in fitting)
    free = sum(not kind.refits and kind not in found for kind in fitting)
    failed = len(fitting) - drawn - free - costly
    waits = [f"{free} can be drawn from what is stored"] * bool(free)
    waits += [f"{costly} cost fits (below)"] * bool(costly)
    waits += [f"{failed} could not be drawn (why: below)"] * bool(failed)
    of = "is drawn" if drawn == 1 else "are drawn"
    said = f"**{counted(drawn, 'picture')}** of this {about.subject.kind.value} {of}"
    return f"{said}; {', '.join(waits)}." if waits else f"{said}: all that fit it."


def _draw_button(member: Member, about: Drawable, missing: Sequence[PictureKind]) -> None:
    free = missing or [k for k in pictures_of(about.subject.kind) if k.applies(about) and not k.refits]
    words = f"Draw {counted(len(missing), 'picture')}" if missing else "Draw again"
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(words, key="draw", icon=":material/draw:", type="primary" if missing else "secondary"):
            with told(stop=False):
                with transaction() as session:
                    ask_for_pictures(session, member, about.subject, real_now())
                st.rerun()
        st.caption(
            "No model is fitted: a worker draws from stored rows, in light and dark, when it has nothing else to do; "
            f"that takes about {seconds(sum(kind.seconds for kind in free))}. What did not change is not drawn twice."
        )


def _large(found: Mapping[PictureKind, Picture], name: str) -> None:
    """The picture that the address names."""
    chosen = st.query_params.get("kind")
    if chosen is None:
        return
    picture = next((picture for kind, picture in found.items() if kind.value == chosen), None)
    if picture is None:
        st.info(f"There is no picture '{chosen}' here yet.")
        return
    st.header(picture.kind.heading)
    st.markdown(picture.kind.question)
    if picture.svg is None:
        st.info(picture.error)
        return
    _image(picture, name)
    with st.container(horizontal=True):
        if st.button("Close", key="close", icon=":material/close:"):
            del st.query_params["kind"]
            st.rerun()
        st.download_button("SVG", picture.svg, f"{name} {picture.kind.value}.svg", "image/svg+xml", key="svg")
        of = f"/api/v1/{picture.subject.kind.value}s/{picture.subject.id}/pictures/{picture.kind.slug}.csv"
        st.link_button("Table behind it (CSV)", of, icon=":material/download:")


def _thumbnails(found: Mapping[PictureKind, Picture], drawn: Sequence[PictureKind], name: str) -> None:
    for begin in range(0, len(drawn), _ROW):
        for column, kind in zip(st.columns(_ROW), drawn[begin : begin + _ROW], strict=False):
            with column.container(border=True):
                _image(found[kind], name)
                if st.button(kind.heading, key=f"enlarge {kind.value}", help=kind.question, width="stretch"):
                    st.query_params["kind"] = kind.value
                    st.rerun()


def _reasons(about: Drawable, found: Mapping[PictureKind, Picture]) -> None:
    told_why = {
        kind: kind.why_not(about) or (found[kind].error if kind in found else None)
        for kind in pictures_of(about.subject.kind)
    }
    reasons = [f"- **{kind.heading}**: {why}" for kind, why in told_why.items() if why]
    if reasons:
        st.header("Pictures there are none of")
        st.markdown("\n".join(reasons))


def _image(picture: Picture, name: str) -> None:
    if picture.svg is not None:
        st.image(picture.svg.decode(), alt=f"{picture.kind.heading} of {name}: {picture.kind.question}")
