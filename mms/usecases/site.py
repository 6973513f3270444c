"""What is wrong with the site's settings file."""

from mms.ml.algorithms import site_problems as of_algorithms
from mms.ml.recipes import site_problems as of_transformers


def site_problems() -> tuple[str, ...]:
    """A sentence for every entry that is left out, or for the file; none where all is well."""
    return tuple(dict.fromkeys((*of_algorithms(), *of_transformers())))
