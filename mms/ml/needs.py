"""What an algorithm needs and a recipe is certain not to give, said before anything is fitted."""

from collections.abc import Sequence

from mms.domain.tables import Column
from mms.domain.triples import Recipe, Step
from mms.ml.algorithms import Algorithm
from mms.ml.recipes import branches_of

_CENTRED = {"scale": "method", "power": None, "quantile": "shape", "pca": None, "svd": None}
"""Transformers whose numbers lie around 0, or do by one of their parameters."""

_ABOVE_ZERO = ("min-max", "uniform")


def misfit(recipe: Recipe, algorithm: Algorithm, columns: Sequence[Column]) -> str | None:
    """One sentence with the nearest way out where the two are certain not to fit, else None."""
    if not algorithm.nonnegative:
        return None
    ends = [chain.steps[-1] for chain, _ in branches_of(recipe, columns) if chain.steps]
    ends = [recipe.after[-1]] if recipe.after else ends
    centred = next((step.transformer for step in ends if _is_centred(step)), None)
    if centred is None:
        return None
    return (
        f"{algorithm.label} takes no number below 0, and '{centred}' of recipe '{recipe.name}' gives some: "
        "scale with 'min-max' there, or leave the algorithm out."
    )


def _is_centred(step: Step) -> bool:
    if step.transformer not in _CENTRED:
        return False
    parameter = _CENTRED[step.transformer]
    return parameter is None or step.parameters.get(parameter) not in _ABOVE_ZERO
