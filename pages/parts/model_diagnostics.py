"""Diagnostics of one model from its out-of-fold rows, and its Yellowbrick pictures."""

import streamlit as st

from mms.charts import confusion, precision_recall, residuals, roc
from mms.charts.theme import colours_of
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project, Task
from pages.parts.model_importances import importances
from pages.parts.scored_rows import class_choice, out_of_fold, ranked_rows

_THRESHOLD_HELP = "rows whose probability is at or above it are flagged; moving it here changes no answer of the model"


def diagnostics(member: Member, project: Project, model: Model) -> None:
    """Curves and confusion (classification) or errors (regression), then the pictures."""
    classes = ", ".join(model.signature.classes) or "a number"
    st.caption(f"From {FOLD_WORDS}. Answers: {classes}. Seed {model.seed}.")
    if project.task is Task.REGRESSION:
        _regression(model)
    else:
        _classification(project, model)
    importances(model)
    _pictures(model)


FOLD_WORDS = "out-of-fold rows: each was predicted by a fit that had not seen it"


def _classification(project: Project, model: Model) -> None:
    rows, colours = out_of_fold(model), colours_of([model.id])
    ranked = ranked_rows(model, rows, class_choice(project, model, "class"))
    curve, balance = roc.roc_of(ranked), precision_recall.precision_recall_of(ranked)
    left, right = st.columns(2)
    for column, module, info in ((left, roc, curve), (right, precision_recall, balance)):
        infos = [info] if info else []
        column.plotly_chart(module.figure(infos, colours), alt=module.words(infos), key=module.__name__)
        column.caption(module.words(infos))
    if project.task is Task.BINARY:
        start = 0.5 if model.threshold is None else model.threshold
        threshold = st.slider(
            "Threshold", 0.0, 1.0, float(start), 0.01, key="threshold", bind="query-params", help=_THRESHOLD_HELP
        )
        other = next(c for c in model.signature.classes if c != ranked.class_name)
        counts = confusion.confusion_at(ranked.positive, ranked.score, (other, ranked.class_name), threshold)
    else:
        counts = confusion.confusion_of(rows["truth"].to_numpy(), rows["label"].to_numpy(), model.signature.classes)
    st.markdown(confusion.words(counts))
    left, right = st.columns([2, 1])
    left.plotly_chart(confusion.figure(counts), alt=confusion.words(counts), key="confusion")
    with right:
        _rates(counts)


def _rates(counts: confusion.ConfusionInfo) -> None:
    st.metric("Accuracy", "–" if counts.accuracy is None else f"{counts.accuracy:.3f}")
    if counts.positive is not None:
        st.metric(f"Flagged as {counts.positive}", f"{counts.flagged:,}")
        st.metric("Precision", "none flagged" if counts.precision is None else f"{counts.precision:.3f}")
        st.metric("Recall", "none there" if counts.recall is None else f"{counts.recall:.3f}")


def _regression(model: Model) -> None:
    rows, colour = out_of_fold(model), colours_of([model.id])[model.id]
    info = residuals.residuals_of(
        model.id, model.ranked.name, rows["truth"].to_numpy(float), rows["value"].to_numpy(float)
    )
    finding = residuals.words(info)
    st.markdown(finding)
    left, right = st.columns(2)
    left.plotly_chart(residuals.figure(info, colour), alt=finding, key="answered")
    right.plotly_chart(residuals.residual_figure(info, colour), alt=finding, key="errors")


def _pictures(model: Model) -> None:
    st.subheader("Yellowbrick")
    st.page_link(
        "gallery.py", label="All pictures of this model", icon=":material/gallery_thumbnail:",
        query_params={"model": str(model.id)},
    )  # fmt: skip
