"""docs/recipes.md tells of every vetted step and of every parameter what the registry tells."""

from collections.abc import Iterator
from pathlib import Path

from mms.ml.recipes import TRANSFORMERS
from mms.ml.recipes.transformer import Transformer

DOCUMENT = Path(__file__).parents[1] / "docs" / "recipes.md"


def steps() -> Iterator[str]:
    """The table of steps, in the registry's order."""
    yield "| Step | Takes | Gives | What it does | Where and how |"
    yield "|---|---|---|---|---|"
    for transformer in TRANSFORMERS.values():
        takes = " or ".join(sorted(kind.value for kind in transformer.takes))
        row = (f"`{transformer.name}`", takes, transformer.gives.value, transformer.explanation, how(transformer))
        yield f"| {' | '.join(row)} |"


def how(transformer: Transformer) -> str:
    """What else a recipe must know of a step, in a few words."""
    told = {
        "also over all features": transformer.after,
        "gives a sparse matrix": transformer.sparse,
        "takes a sparse matrix": transformer.takes_sparse,
        "learns nothing": transformer.rowwise,
        "cross-fitted": transformer.cross_fitted,
    }
    return ", ".join(words for words, holds in told.items() if holds)


def parameters() -> Iterator[str]:
    """The table of parameters, in the registry's order."""
    yield "| Step | Parameter | Takes | Default | Means |"
    yield "|---|---|---|---|---|"
    for transformer in TRANSFORMERS.values():
        for parameter in transformer.parameters:
            default = "none" if parameter.default is None else f"{parameter.default}".lower()
            row = (f"`{transformer.name}`", f"`{parameter.name}`", parameter.takes, default, parameter.explanation)
            yield f"| {' | '.join(row)} |"


def test_the_document_holds_both_tables_as_the_registry_gives_them() -> None:
    text = DOCUMENT.read_text()

    for table in (steps(), parameters()):
        expected = "\n".join(table)
        assert expected in text, f"Put this table into {DOCUMENT.name}:\n{expected}"
