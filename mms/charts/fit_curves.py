"""Scores of fits in a row, as rows grow or a hyperparameter changes: validation and training, with their spread."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import GREY, bare, empty, faded
from mms.domain.scores import Metric


@dataclass(frozen=True, slots=True)
class FitCurve:
    """Places from left to right; scores in natural units. sd: over the folds, 0 of one fold.

    x: numbers where every place is one, else None. folds: how many were fitted at each place.
    """

    labels: tuple[str, ...]
    x: np.ndarray | None
    score: np.ndarray
    sd: np.ndarray
    train: np.ndarray
    train_sd: np.ndarray
    folds: np.ndarray


def learning_of(points: pd.DataFrame, metric: Metric) -> FitCurve:
    """Of the table "points" of the diagnostic learning curve: places are mean numbers of training rows."""
    own = points[points["metric"] == metric.name]
    sizes = own.groupby("share")["n_train"].mean()
    return _curve(own, "share", metric, [f"{n:,.0f}" for n in sizes], sizes.to_numpy(float))


def validation_of(points: pd.DataFrame, metric: Metric) -> FitCurve:
    """Of the table "points" of the diagnostic validation curve: places are the values, numbers in their order."""
    own = points[points["metric"] == metric.name]
    numbers = pd.to_numeric(own["value"], errors="coerce")
    if numbers.notna().all():
        own = own.assign(value=numbers)
        values = np.sort(own["value"].unique())
        return _curve(own, "value", metric, [f"{v:g}" for v in values], values)
    own = own.assign(number=numbers).sort_values(["number", "value"], na_position="last", kind="stable")
    order = pd.Categorical(own["value"], categories=own["value"].unique(), ordered=True)
    return _curve(own.assign(value=order), "value", metric, [str(v) for v in order.categories], None)


def learning_words(curve: FitCurve, metric: Metric) -> str:
    """Whether more rows would help: the last step against its own doubt, and the score on the training rows."""
    if len(curve.labels) < 2:
        return "There are too few sizes to tell whether more rows would help."
    was, now = curve.score[-2:]
    step = metric.stored(float(now)) - metric.stored(float(was))
    doubt = 2 * max(_standard_error(curve, -1), _standard_error(curve, -2))
    said = f"From {curve.labels[-2]} to {curve.labels[-1]} rows {metric.label} went from {was:.3f} to {now:.3f}"
    if step > doubt:
        verdict = "it still improves, so more rows would help"
    elif step < -doubt:
        verdict = "it gets worse with more rows, so look at how those differ"
    else:
        verdict = "that is within the spread of the folds, so more rows alone would help little"
    return f"{said}: {verdict}. On its training rows it is {curve.train[-1]:.3f}."


def validation_words(curve: FitCurve, parameter: str, metric: Metric) -> str:
    """The best value, and which others the one-standard-error rule cannot tell from it."""
    if not curve.labels:
        return f"There are no fits that differ in {parameter}."
    best = int(np.argmax([metric.stored(float(score)) for score in curve.score]))
    score, reach = curve.score[best], _standard_error(curve, best)
    said = f"{metric.label} is best at {parameter} {curve.labels[best]} ({score:.3f} ± {curve.sd[best]:.3f})"
    others = [i for i in range(len(curve.labels)) if i != best]
    near = [curve.labels[i] for i in others if abs(curve.score[i] - score) <= reach]
    if not near:
        return f"{said}; no other value comes within one standard error."
    return f"{said}; within one standard error of it: {', '.join(near)}."


def figure(curve: FitCurve, title: str, x: str, metric: Metric, colour: str) -> go.Figure:
    """Validation in the model's colour, training in grey and dashed, bands of one standard deviation over the folds."""
    if not curve.labels:
        return empty(title, "There are no fits to draw.")
    drawn = bare(f"{title} ({metric.direction})", x, metric.label)
    places = curve.x if curve.x is not None else list(curve.labels)
    sides = (
        ("training", curve.train, curve.train_sd, GREY, "dash"),
        ("validation", curve.score, curve.sd, colour, "solid"),
    )
    for name, mean, sd, shade, dash in sides:
        quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        drawn.add_scatter(x=places, y=mean + sd, **quiet)
        drawn.add_scatter(x=places, y=mean - sd, fill="tonexty", fillcolor=faded(shade, 0.15), **quiet)
        drawn.add_scatter(
            x=places, y=mean, mode="lines+markers", name=f"{name}, mean ± sd of the folds",
            line={"color": shade, "dash": dash}, customdata=np.column_stack([sd, curve.folds]),
            hovertemplate="%{x}: %{y:.4f} ± %{customdata[0]:.4f}, %{customdata[1]:.0f} folds<extra></extra>",
        )  # fmt: skip
    if curve.x is None:
        drawn.update_xaxes(type="category")
    elif len(curve.x) > 2 and curve.x.min() > 0 and curve.x.max() / curve.x.min() >= 100:
        drawn.update_xaxes(type="log")
    return drawn


def _standard_error(curve: FitCurve, i: int) -> float:
    return float(curve.sd[i] / np.sqrt(max(curve.folds[i], 1)))


def _curve(own: pd.DataFrame, key: str, metric: Metric, labels: list[str], x: np.ndarray | None) -> FitCurve:
    grouped = own.groupby(key, sort=True, observed=True)
    means, sds = grouped[["score", "train_score"]].mean(), grouped[["score", "train_score"]].std().fillna(0.0)
    return FitCurve(
        tuple(labels),
        x,
        np.array([metric.natural(s) for s in means["score"]]),
        sds["score"].to_numpy(float),
        np.array([metric.natural(s) for s in means["train_score"]]),
        sds["train_score"].to_numpy(float),
        grouped["fold"].nunique().to_numpy(int),
    )
