"""The transformers of a described pipeline as one recipe."""

from collections.abc import Iterable, Sequence
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Branch, Recipe, Step
from mms.ml.recipes import checked_recipe
from mms.ml.recipes.proposals import GROUPS, columns_of_type
from mms.ml.recipes.transformer import Kind
from mms.ml.recipes.typed import KINDS
from mms.ml.translation.columns import chosen
from mms.ml.translation.described import SKIPPED, Described, read_object, read_steps
from mms.ml.translation.steps import chain_of, takes_texts

_PIPELINE, _UNION, _COLUMNS = (("sklearn", name) for name in ("Pipeline", "FeatureUnion", "ColumnTransformer"))


def recipe_of(transformers: Sequence[Described], columns: Sequence[Column]) -> tuple[Recipe, tuple[str, ...]]:
    """The recipe, without a name, and what there is to note. Invalid names the step that cannot be translated."""
    walk = _Walk(columns)
    first, rest = (transformers[0], transformers[1:]) if transformers else (None, ())
    if first is not None and first.key == _COLUMNS:
        branches = walk.side_by_side(first)
    elif first is not None and first.key == _UNION:
        branches = walk.union(first)
    else:
        return walk.one_chain(transformers)
    after = walk.after(rest)
    return checked_recipe(Recipe("", tuple(branches), tuple(after)), columns), tuple(walk.notes)


class _Walk:
    """One walk over the transformers of a pipeline."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.notes: list[str] = []

    def side_by_side(self, given: Described) -> list[Branch]:
        """The branches of a ColumnTransformer, in its order; what remains comes last."""
        if given.parameters.get("transformer_weights") is not None:
            raise given.refused("it weighs its transformers; leave the weights to the algorithm")
        branches: list[Branch] = []
        named: set[Column] = set()
        for name, value, asked in read_steps(given, "transformers", 3):
            taken = chosen(given, name, asked, self.columns)
            named |= set(taken)
            branches += self._branches(f"{given.step}__{name}", value, taken)
        rest = tuple(column for column in self.columns if column not in named)
        return branches + self._branches(f"{given.step}__remainder", given.parameters.get("remainder", "drop"), rest)

    def union(self, given: Described) -> list[Branch]:
        """The branches of a FeatureUnion: each takes every column."""
        if given.parameters.get("transformer_weights") is not None:
            raise given.refused("it weighs its transformers; leave the weights to the algorithm")
        return [
            branch
            for name, value in read_steps(given, "transformer_list")
            for branch in self._branches(f"{given.step}__{name}", value, self._for(_steps(name, value)))
        ]

    def one_chain(self, transformers: Sequence[Described]) -> tuple[Recipe, tuple[str, ...]]:
        """A pipeline without a ColumnTransformer: one branch; its last steps stand behind it where they must."""
        columns = self._for(transformers)
        kind = _one_kind(transformers, columns)
        steps, movable = self._chain(transformers, kind)
        spec = _group(columns, self.columns)
        refusal: Invalid | None = None
        for cut in range(len(steps), len(steps) - movable - 1, -1):
            try:
                recipe = Recipe("", (Branch(spec, tuple(steps[:cut])),), tuple(steps[cut:]))
                return checked_recipe(recipe, self.columns), tuple(self.notes)
            except Invalid as error:
                refusal = refusal or error
        assert refusal is not None
        raise refusal

    def after(self, transformers: Sequence[Described]) -> list[Step]:
        """Steps over all features side by side."""
        steps: list[Step] = []
        for given in transformers:
            chain = chain_of(given, Kind.NUMBERS)
            if not chain.after:
                raise given.refused(
                    "it stands behind the columns' transformers; give each of them such a step of its own"
                )
            steps += chain.steps
            self.notes += chain.notes
        return steps

    def _branches(self, name: str, value: Any, taken: tuple[Column, ...]) -> list[Branch]:
        """The branches of one transformer: one for each kind of its columns, for ours take one kind each."""
        if value == "drop" or not taken:
            return []
        transformers = _steps(name, value)
        branches = []
        for kind in dict.fromkeys(KINDS[column.type] for column in taken):
            columns = tuple(column.name for column in taken if KINDS[column.type] is kind)
            steps, _ = self._chain(transformers, kind)
            branches.append(Branch(columns, tuple(steps)))
        return branches

    def _chain(self, transformers: Iterable[Described], kind: Kind) -> tuple[list[Step], int]:
        """The steps, and how many of the last ones may stand over all features."""
        steps: list[Step] = []
        movable = 0
        for given in transformers:
            if given.key in (_COLUMNS, _UNION):
                raise given.refused("it stands inside or behind another step; let it be the pipeline's first step")
            chain = chain_of(given, kind)
            movable = movable + len(chain.steps) if chain.after else 0
            steps += chain.steps
            self.notes += [note for note in chain.notes if note not in self.notes]
            kind = chain.gives
        return steps, movable

    def _for(self, transformers: Sequence[Described]) -> tuple[Column, ...]:
        """The columns of a pipeline that names none: all; but for words the one column of texts."""
        if not transformers or not takes_texts(transformers[0]):
            return self.columns
        texts = tuple(column for column in self.columns if column.type is ColumnType.TEXT)
        if len(texts) != 1:
            raise transformers[0].refused(
                f"it takes one column of texts, and the snapshot has {len(texts)}; name it in a ColumnTransformer"
            )
        if len(self.columns) > 1:
            others = ", ".join(column.name for column in self.columns if column not in texts)
            self.notes.append(f"Step '{transformers[0].step}' takes '{texts[0].name}' only; {others} are not used.")
        return texts


def _steps(name: str, value: Any) -> list[Described]:
    """The transformers of a branch, in order, without those that do nothing."""
    if value in SKIPPED:
        return []
    given = read_object(value, name)
    if given.key != _PIPELINE:
        return [given]
    inner = read_steps(given, "steps")
    return [one for part, step in inner for one in _steps(f"{name}__{part}", step)]


def _one_kind(transformers: Sequence[Described], columns: Sequence[Column]) -> Kind:
    kinds = {KINDS[column.type]: column for column in columns}
    if len(kinds) == 1 and (transformers or Kind.NUMBERS in kinds):
        return next(iter(kinds))
    odd = next((column for kind, column in kinds.items() if kind is not Kind.NUMBERS), None)
    words = f", among them '{odd.name}' ({odd.type.value})" if odd else ""
    raise Invalid(
        f"The object gives every column to {f'{transformers[0].name}' if transformers else 'its estimator'}{words}: "
        "give each kind of columns its own transformer in a ColumnTransformer."
    )


def _group(taken: tuple[Column, ...], columns: Sequence[Column]) -> str | tuple[str, ...]:
    """The group by type that means exactly these columns, else their names."""
    group = next((name for name in GROUPS if columns_of_type(name, columns) == taken), None)
    return group or tuple(column.name for column in taken)
