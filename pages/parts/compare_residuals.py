"""Errors of models that answer numbers, in one picture."""

from collections.abc import Mapping, Sequence

from db.queries.diagnostics import tables_of
from db.session import reading, transaction
from mms.charts import error_spread
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.diagnostics import ensure
from pages.parts.diagnostic_tables import show, table_download
from pages.parts.session import real_now


def error_spreads(member: Member, models: Sequence[Model], colours: Mapping[int, str]) -> None:
    """How far their answers lie from the truth, and the numbers as a file."""
    questions = {model.id: asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.RESIDUALS) for model in models}
    ensure(transaction, member, list(questions.values()), real_now())
    with reading() as session:
        stored = tables_of(session, list(questions.values()))
    found = {i: stored[question.hash] for i, question in questions.items() if question.hash in stored}
    names = {model.id: model.ranked.name for model in models}
    spreads = [one for i in found if (one := error_spread.error_spread_of(i, names[i], found[i]))]
    show(error_spread.figure(spreads, colours), error_spread.words(spreads), "error_spread")
    table_download(models, found, "residuals", "facts")
