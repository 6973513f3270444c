"""The site's own transformers, from its settings file, beside those of the product."""

from collections.abc import Iterator, Mapping

from mms.ml.recipes.transformer import Kind, Transformer
from mms.ml.site import Entries, Entry, entries

_FLAGS = ("sparse", "takes_sparse", "rowwise", "cross_fitted", "after")


class Registry(Mapping[str, Transformer]):
    """The product's transformers and, as long as its settings file names them, the site's."""

    def __init__(self, own: Mapping[str, Transformer]) -> None:
        self._own = own

    def __getitem__(self, name: str) -> Transformer:
        return self._own[name] if name in self._own else self._site()[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self._own, *self._site()))

    def __len__(self) -> int:
        return len(self._own) + len(self._site())

    def _site(self) -> dict[str, Transformer]:
        return {one.name: one for one in site_transformers(self._own).found}


def site_transformers(own: Mapping[str, Transformer]) -> Entries:
    """The `Transformer`s of the site's file. own: those of the product, whose names no entry may take."""
    read = entries("transformers", _transformer)
    taken = [one.name for one in read.found if one.name in own]
    problems = [f"settings.toml: transformer '{name}' is left out: there is one of this name." for name in taken]
    return Entries(tuple(one for one in read.found if one.name not in own), (*read.problems, *problems))


def _transformer(entry: Entry) -> Transformer:
    kinds = [kind.value for kind in Kind]
    takes = frozenset(Kind(kind) for kind in entry.one_of("takes", kinds, [Kind.NUMBERS.value]))
    (gives,) = entry.one_of("gives", kinds, [Kind.NUMBERS.value])[:1]
    flags = {flag: entry.take(flag, bool, False) for flag in _FLAGS}
    entry.require("fit", "transform")
    made = Transformer(
        entry.name,
        entry.text("explanation"),
        takes,
        Kind(gives),
        entry.parameters,
        lambda parameters: entry.build(parameters, 0),
        **flags,
    )
    entry.finish()
    return made
