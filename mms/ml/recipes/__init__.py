"""Recipes: feature pipelines as data, built from vetted transformers."""

from collections.abc import Mapping, Sequence

from mms.domain.errors import Invalid
from mms.domain.snapshots import Profile
from mms.domain.tables import Column
from mms.domain.triples import Branch, Parameter, Recipe, Step, checked_parameters
from mms.ml.recipes import proposals
from mms.ml.recipes.bins import BINS
from mms.ml.recipes.calendar import CALENDAR
from mms.ml.recipes.clip import CLIP
from mms.ml.recipes.frequency import FREQUENCY
from mms.ml.recipes.from_model import FROM_MODEL
from mms.ml.recipes.impute import IMPUTE, IMPUTE_CATEGORY
from mms.ml.recipes.k_best import K_BEST
from mms.ml.recipes.one_hot import ONE_HOT
from mms.ml.recipes.ordinal import ORDINAL
from mms.ml.recipes.pca import PCA
from mms.ml.recipes.polynomial import POLYNOMIAL
from mms.ml.recipes.power import POWER
from mms.ml.recipes.proposals import GROUPS, columns_of_type
from mms.ml.recipes.quantile import QUANTILE
from mms.ml.recipes.scale import MAX_ABS, SCALE
from mms.ml.recipes.site import Registry, site_transformers
from mms.ml.recipes.splines import SPLINES
from mms.ml.recipes.svd import SVD
from mms.ml.recipes.target_mean import TARGET_MEAN
from mms.ml.recipes.text import TEXT_LENGTH, TEXT_STATISTICS
from mms.ml.recipes.time_since import TIME_SINCE
from mms.ml.recipes.tokens import TOKENISE
from mms.ml.recipes.transformer import Kind, Transformer
from mms.ml.recipes.typed import KINDS
from mms.ml.recipes.variance import VARIANCE
from mms.ml.recipes.words import COUNT_WORDS, HASH_WORDS, TF_IDF

_ALL = (
    *(IMPUTE, SCALE, MAX_ABS, POWER, QUANTILE, BINS, CLIP, POLYNOMIAL, SPLINES),
    *(IMPUTE_CATEGORY, ONE_HOT, ORDINAL, TARGET_MEAN, FREQUENCY),
    *(CALENDAR, TIME_SINCE),
    *(TOKENISE, TF_IDF, COUNT_WORDS, HASH_WORDS, TEXT_LENGTH, TEXT_STATISTICS),
    *(VARIANCE, K_BEST, FROM_MODEL, PCA, SVD),
)

_OWN = {transformer.name: transformer for transformer in _ALL}

TRANSFORMERS: Mapping[str, Transformer] = Registry(_OWN)
"""The vetted transformers, with those of the site: nothing outside can be named."""


def site_problems() -> tuple[str, ...]:
    """What is wrong with the site's own transformers, a sentence each."""
    return site_transformers(_OWN).problems


def transformers() -> Mapping[str, tuple[Parameter, ...]]:
    """Vetted transformers by name, with their parameters."""
    return {name: transformer.parameters for name, transformer in TRANSFORMERS.items()}


def completed(recipe: Recipe) -> Recipe:
    """The recipe with every parameter checked and filled in, so that equal recipes have equal hashes."""
    branches = tuple(Branch(b.columns, tuple(_completed_step(s) for s in b.steps)) for b in recipe.branches)
    return Recipe(recipe.name, branches, tuple(_completed_step(step) for step in recipe.after))


def checked_recipe(recipe: Recipe, columns: Sequence[Column]) -> Recipe:
    """The recipe with every parameter checked and filled in; Invalid names what is unknown or fits no column.

    A branch by type that meets no column is kept, for other snapshots; a recipe that meets none at all is refused.
    """
    if not recipe.name.isprintable():
        raise Invalid("A recipe's name is of printable characters: give it another.")
    complete = completed(recipe)
    sparse = [_check_chain(branch, _columns_of(branch, columns)) for branch in complete.branches]
    _check_after(complete.after, next(filter(None, sparse), None))
    if not any(_columns_of(branch, columns) for branch in complete.branches):
        raise Invalid(f"Recipe '{recipe.name}' takes none of the columns: add a branch for at least one of them.")
    return complete


def branches_of(recipe: Recipe, columns: Sequence[Column]) -> tuple[tuple[Branch, tuple[Column, ...]], ...]:
    """The checked recipe's branches that meet columns, each with its own in order; Invalid as `checked_recipe`."""
    checked = checked_recipe(recipe, columns)
    pairs = ((branch, _columns_of(branch, columns)) for branch in checked.branches)
    return tuple((branch, own) for branch, own in pairs if own)


def proposed_recipes(columns: Sequence[Column], profile: Profile) -> tuple[Recipe, ...]:
    """Ready recipes that fit the columns and their profile, the best first guess first; six at most."""
    if not columns:
        raise Invalid("There is no feature column to learn from: declare at least one.")
    return tuple(completed(recipe) for recipe in proposals.ready(columns, profile))


def _completed_step(step: Step) -> Step:
    transformer = TRANSFORMERS.get(step.transformer)
    if transformer is None:
        raise Invalid(f"'{step.transformer}' is no transformer; choose one of {', '.join(sorted(TRANSFORMERS))}.")
    return Step(step.transformer, checked_parameters(step.parameters, transformer.parameters, step.transformer))


def _columns_of(branch: Branch, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns a branch takes, in the frame's order for groups, in the branch's order for names."""
    if isinstance(branch.columns, str):
        group = columns_of_type(branch.columns, columns)
        if group is None:
            raise Invalid(f"'{branch.columns}' is no group of columns; choose one of {', '.join(GROUPS)}, or names.")
        return group
    by_name = {column.name: column for column in columns}
    unknown = [name for name in branch.columns if name not in by_name]
    if unknown:
        raise Invalid(f"The recipe takes column '{unknown[0]}', which is no feature; there are {', '.join(by_name)}.")
    return tuple(by_name[name] for name in dict.fromkeys(branch.columns))


def _check_chain(branch: Branch, columns: Sequence[Column]) -> str | None:
    """Invalid where a step cannot take what comes before it, or where a branch does not end in numbers.

    The name of the step whose matrix, mostly zeros, the branch ends in; None when it is dense.
    """
    kinds = {KINDS[column.type] for column in columns}
    if len(kinds) > 1:
        found = " and ".join(sorted(kind.value for kind in kinds))
        raise Invalid(f"A branch takes columns of one kind; {branch.columns} holds {found}: make a branch for each.")
    if not kinds:
        return None
    kind, sparse = kinds.pop(), None
    for step in branch.steps:
        kind, sparse = _check_step(step, kind, sparse)
    if kind is not Kind.NUMBERS:
        raise Invalid(f"A branch must end in numbers, but {branch.columns} ends in {kind.value}: add a step.")
    return sparse


def _check_after(steps: Sequence[Step], sparse: str | None) -> None:
    for step in steps:
        if not TRANSFORMERS[step.transformer].after:
            known = ", ".join(name for name, transformer in TRANSFORMERS.items() if transformer.after)
            raise Invalid(f"'{step.transformer}' cannot stand over all features; these can: {known}.")
        _, sparse = _check_step(step, Kind.NUMBERS, sparse)


def _check_step(step: Step, kind: Kind, sparse: str | None) -> tuple[Kind, str | None]:
    """What flows on behind a step: its kind, and which step made it mostly zeros."""
    transformer = TRANSFORMERS[step.transformer]
    if kind not in transformer.takes:
        takes = " or ".join(sorted(k.value for k in transformer.takes))
        raise Invalid(f"'{step.transformer}' takes {takes}, but here it would get {kind.value}.")
    if sparse is not None and not transformer.takes_sparse:
        raise Invalid(
            f"'{step.transformer}' takes no matrix that is mostly zeros, as '{sparse}' makes: leave it out, or put "
            "'svd' before it."
        )
    for parameter in transformer.parameters:
        is_given = step.parameters[parameter.name] != parameter.default
        if kind is Kind.TOKENS and parameter.name in transformer.texts_only and is_given:
            raise Invalid(f"'{parameter.name}' of '{transformer.name}' is for texts: set it at 'tokenise' instead.")
    behind = transformer.name if transformer.sparse else sparse
    return transformer.gives, behind if transformer.gives_sparse(sparse is not None) else None
