"""A back-test to come: what it takes before the click, and how far it is."""

from typing import Any

import streamlit as st

from db.queries.jobs import get_job
from db.session import reading, transaction
from mms.domain.backtests import Backtest, BacktestDraft, PeriodKind, Plan
from mms.domain.errors import MmsError
from mms.domain.markdown import as_text
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.usecases.jobs import cancel_job
from pages.parts.formatting import counted, day_words, seconds
from pages.parts.session import real_now
from pages.parts.told import told


def new_backtest(member: Member, project: Project, *, first: bool) -> None:
    """The form, its cost, and the button."""
    with st.expander("Replay the past of the champion's triple", expanded=first):
        draft = _form(project)
        from mms.usecases.backtests import ask_backtest, plan_backtest  # loads scikit-learn: only in the open tab

        try:
            with reading() as session:
                plan = plan_backtest(session, member, project.id, draft)
        except MmsError as refusal:
            st.info(refusal.sentence)
            return
        words = cost_words(plan)
        st.markdown(
            f"{as_text(plan.model)} on {plan.snapshot}: {counted(plan.periods, 'period')}, answered from "
            f"{day_words(plan.begins)} on. It takes **{words}**, once; replaying a policy takes none."
        )
        may = member.may(Permission.TRAIN)
        kind: Any = "primary" if first else "secondary"
        if st.button("Fit the past", type=kind, key="ask_backtest", disabled=not may, help=words):
            with told(stop=False):
                with transaction() as session:
                    ask_backtest(session, member, project.id, draft, real_now())
                st.rerun()
        if not may:
            st.caption("It takes the right to train: ask an administrator for it.")


def cost_words(plan: Plan) -> str:
    """'130 fits and 2,900,000 answers, about 20 s on one core'."""
    about = "" if plan.seconds is None else f", about {seconds(plan.seconds)} of fitting on one core"
    return f"{counted(plan.fits, 'fit')} and {counted(plan.answers, 'answer')}{about}"


def follow(member: Member, waiting: Backtest) -> None:
    """Progress every second and Stop, until it is done; then the whole page once, which ends the polling."""

    @st.fragment(run_every=1.0)
    def live() -> None:
        assert waiting.job_id is not None
        with reading() as session:
            job = get_job(session, waiting.job_id)
        if job.state.is_final:
            st.rerun()
        progress = job.progress
        fits = f"{progress.done} of {waiting.fits} fits"
        doing = f"{as_text(waiting.name)}: {progress.doing or 'waits for a worker'} ({fits})"
        st.progress(progress.share, text=doing)
        if member.may(Permission.TRAIN) and st.button("Stop", key=f"stop_{waiting.id}", icon=":material/stop:"):
            with told(stop=False), transaction() as session:
                cancel_job(session, member, job.id, real_now())

    live()


def _form(project: Project) -> BacktestDraft:
    period, window, rows = st.columns(3)
    kind: PeriodKind = period.selectbox(
        "Periods", list(PeriodKind), format_func=lambda one: one.value, key="backtest_period",
        help="How the past is cut. At the end of each period one model is fitted, and a policy may retrain.",
    )  # fmt: skip
    days = window.number_input(
        "Each model learns from the last days (0: all before it)", 0, 36_500, project.policy.window_days or 0,
        key="backtest_window", help="The training window. Retraining with a short window forgets what is long past.",
    )  # fmt: skip
    count = 1000
    if kind is PeriodKind.ROWS:
        count = int(rows.number_input("Rows a period", 10, 10_000_000, count, key="backtest_rows"))
    return BacktestDraft(period=kind, rows=count, window_days=int(days) or None)
