"""Stored tables of diagnostics, and how one is shown: the picture, its finding, its file."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from db.queries.diagnostics import find_diagnostics, tables_of
from db.session import reading, transaction
from mms.domain.diagnostics import DiagnosticKind, Question, asked
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.diagnostics import ensure
from pages.parts.downloads import csv_download
from pages.parts.session import real_now

Tables = Mapping[str, pd.DataFrame]


def stored_tables(member: Member, question: Question) -> dict[str, pd.DataFrame] | None:
    """The tables that stored rows give, made at the first look; None where there are none: its sentence is shown."""
    ensure(transaction, member, [question], real_now())
    with reading() as session:
        found = tables_of(session, [question]).get(question.hash)
        why = None if found is not None else find_diagnostics(session, [question]).get(question.hash)
    if found is None:
        st.info((why and why.error) or "It is not made yet: ask for it.", icon=":material/info:")
    return found


def tables_of_each(
    member: Member, models: Sequence[Model], kind: DiagnosticKind, class_name: str | None = None
) -> dict[int, dict[str, pd.DataFrame]]:
    """The tables of each model by its id; of those without, the sentences are shown.

    class_name: one class against the rest, of kinds that are about one.
    """
    about = {} if class_name is None else {"class": class_name}
    questions = {m.id: asked(Subject(SubjectKind.MODEL, m.id), kind, about) for m in models}
    ensure(transaction, member, list(questions.values()), real_now())
    with reading() as session:
        found = tables_of(session, list(questions.values()))
        why = find_diagnostics(session, [question for question in questions.values() if question.hash not in found])
    for model in models:
        refused = why.get(questions[model.id].hash)
        if refused is not None:
            st.info(f"{model.ranked.name}: {refused.error}", icon=":material/info:")
    return {m.id: found[questions[m.id].hash] for m in models if questions[m.id].hash in found}


def show(figure: go.Figure, finding: str, key: str) -> None:
    """A picture over its finding."""
    st.plotly_chart(figure, alt=finding, key=key)
    st.caption(as_text(finding))


def table_download(models: Sequence[Model], tables: Mapping[int, Tables], what: str, name: str) -> None:
    """One table of each model as one file. what: the diagnostic; name: of the table."""
    frames = [tables[m.id][name].assign(model=m.ranked.name) for m in models if m.id in tables]
    if frames:
        versions = "_".join(f"v{m.ranked.version}" for m in models[:3])
        file = f"{what}_{name}_{versions}.csv".replace(" ", "_").lower()
        csv_download(pd.concat(frames), file, f"{what}: {name} (CSV)", key=f"csv_{what}_{name}")
