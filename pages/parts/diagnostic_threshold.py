"""The threshold of a binary model: what it flags, what its errors cost, and storing the one that costs least."""

import streamlit as st

from db.session import transaction
from mms.charts import confusion, thresholds
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.members import Member, Permission
from mms.domain.models import Model, ModelState
from mms.domain.projects import Project
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.thresholds import Costs, Flags
from mms.usecases.models import set_threshold
from pages.parts.confusion_cells import cells
from pages.parts.diagnostic_tables import show, stored_tables, table_download
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told

_HELP = "rows whose probability is at or above it are flagged; moving it here changes no answer of the model"


def threshold(member: Member, project: Project, model: Model) -> None:
    """The slider, the confusion there, what the errors cost, and the rates at every threshold."""
    tables = stored_tables(member, asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.THRESHOLDS))
    if tables is None:
        return
    info = thresholds.thresholds_of(model.id, model.ranked.name, tables)
    costs = Costs.of(project.policy)
    best = info.cheapest(costs)
    now = _chosen(model, best)
    st.markdown(thresholds.words(info, costs, now))
    _use(member, project, model, now)
    _confusion(project, model, info, now)
    left, right = st.columns(2)
    finding = thresholds.words(info, costs, now)
    left.plotly_chart(thresholds.error_figure(info, costs, now), alt=finding, key="errors_chart")
    right.plotly_chart(thresholds.cost_figure(info, costs, now), alt=finding, key="costs_chart")
    show(thresholds.figure(info, costs, now), _rates_words(info.at(now)), "thresholds_chart")
    table_download([model], {model.id: tables}, "Thresholds", "counts")
    table_download([model], {model.id: tables}, "Thresholds", "folds")


def _chosen(model: Model, best: Flags) -> float:
    """The slider, and the way to the cheapest threshold."""
    start = 0.5 if model.threshold is None else model.threshold
    slider, button = st.columns([3, 1], vertical_alignment="bottom")
    chosen = slider.slider(
        "Threshold", 0.0, 1.0, float(start), 0.001, key="threshold", bind="query-params", help=_HELP, format="%.3f"
    )

    def go() -> None:
        st.session_state["threshold"] = float(best.threshold)

    button.button(f"Go to the cheapest, {best.threshold:g}", key="cheapest", on_click=go, icon=":material/star:")
    return float(chosen)


def _use(member: Member, project: Project, model: Model, now: float) -> None:
    """Store the threshold for the next promotion; of a champion, say why not and what can be done."""
    stored, seated = 0.5 if model.threshold is None else model.threshold, model.ranked.state is ModelState.CHAMPION
    why = f"It answers at {stored:g}; from its promotion on it will at {now:g}."
    if seated:
        why = "A champion's answers would change silently: train its triple again, and set the threshold of that model."
    elif not member.may(Permission.TRAIN):
        why = "You may not change a model: ask an administrator for the role of a data scientist."
    elif now == stored:
        why = "It is the model's threshold already: move the slider first."
    row = st.container(horizontal=True, vertical_alignment="center")
    blocked = seated or not member.may(Permission.TRAIN) or now == stored
    if row.button("Use this threshold", key="use_threshold", disabled=blocked, help=why, icon=":material/save:"):
        with told(stop=False):
            with transaction() as session:
                set_threshold(session, member, model.id, now, real_now())
            st.toast(f"{model.ranked.name} will answer at {now:g} from its promotion on.", icon=":material/check:")
            st.rerun()
    row.caption(why)
    if seated:
        query = {"project": str(project.id), "model": str(model.id)}
        row.page_link("train.py", label="Train its triple again", icon=":material/model_training:", query_params=query)
    row.page_link("projects.py", label="What errors cost", icon=":material/payments:", query_params=link_query(project))


def _confusion(project: Project, model: Model, info: thresholds.ThresholdInfo, now: float) -> None:
    positive = project.positive_class or info.class_name
    other = next(name for name in model.signature.classes if name != positive)
    counts = confusion.confusion_at(info.at(now), (other, positive))
    left, right = st.columns([2, 1])
    with left:
        cells(model, counts, at=now)
    with right:
        st.metric("Accuracy", "–" if counts.accuracy is None else f"{counts.accuracy:.3f}")
        st.metric(f"Flagged as {positive}", f"{counts.flagged:,}")
        st.metric("Precision", "none flagged" if counts.precision is None else f"{counts.precision:.3f}")
        st.metric("Recall", "none there" if counts.recall is None else f"{counts.recall:.3f}")


def _rates_words(flags: Flags) -> str:
    """Rates at a threshold, in words; what is not determined is left out."""
    rates = {label: getattr(flags, rate) for rate, label in thresholds.RATES.items()}
    known = ", ".join(f"{label} {value:.3f}" for label, value in rates.items() if value is not None)
    return f"At {flags.threshold:g}: {known or 'no row is flagged or truly is'}. Bands: the folds ± 1 sd."
