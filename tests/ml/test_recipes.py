"""Recipes: vetted steps, checked chains, named features."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.snapshots import ColumnProfile, Profile
from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Branch, Recipe, Step
from mms.ml.recipes import TRANSFORMERS, branches_of, checked_recipe, completed, proposed_recipes, transformers
from mms.ml.recipes.features import Features
from tests.ml.toys import toy

COLUMNS = (
    Column("age", ColumnType.NUMBER),
    Column("city", ColumnType.CATEGORY),
    Column("member", ColumnType.BOOLEAN),
    Column("born", ColumnType.TIME),
    Column("note", ColumnType.TEXT),
)
FRAME = pd.DataFrame(
    {
        "age": [20.0, None, 40.0, np.inf],
        "city": ["Rome", "Oslo", None, "Rome"],
        "member": pd.array([True, None, False, True], dtype="boolean"),
        "born": pd.to_datetime(["2000-01-01T06:00Z", None, "2000-01-03T12:00Z", "2000-07-01T18:00Z"]),
        "note": ["good day", None, "good night", ""],
    }
)


def recipe(columns: str | tuple[str, ...], *steps: tuple[str, dict[str, Any]]) -> Recipe:
    return Recipe("test", (Branch(columns, tuple(Step(name, parameters) for name, parameters in steps)),))


def made(branch: Recipe) -> tuple[list[str], np.ndarray]:
    transformer = Features(branch, COLUMNS, dense=True, missing=True)
    matrix = transformer.fit_transform(FRAME)
    return list(transformer.get_feature_names_out()), matrix


def test_missing_and_infinite_numbers_are_filled_and_marked() -> None:
    names, matrix = made(recipe("numeric", ("impute", {"strategy": "mean"})))

    assert names == ["age", "missingindicator_age"]
    assert matrix.tolist() == [[20, 0], [30, 1], [40, 0], [30, 1]]


@pytest.mark.parametrize("method", ["standard", "robust", "min-max"])
def test_scaling_keeps_the_order(method: str) -> None:
    _, matrix = made(recipe("numeric", ("impute", {"indicator": False}), ("scale", {"method": method})))

    assert matrix[0] < matrix[1] < matrix[2]


def test_rare_and_unseen_categories_share_a_column() -> None:
    rare = recipe("categorical", ("one_hot", {"min_frequency": 0.3}))
    transformer = Features(rare, COLUMNS, dense=True).fit(FRAME)

    names = list(transformer.get_feature_names_out())
    unseen = transformer.transform(FRAME.assign(city="Atlantis"))

    assert names == ["city_Rome", "city_infrequent_sklearn"]
    assert (unseen == [0, 1]).all()


def test_ordinal_keeps_missing_and_marks_unseen() -> None:
    transformer = Features(recipe("categorical", ("ordinal", {})), COLUMNS, dense=True, missing=True).fit(FRAME)

    assert transformer.transform(FRAME)[:2].ravel().tolist() == [1, 0]
    assert np.isnan(transformer.transform(FRAME)[2, 0])
    assert (transformer.transform(FRAME.assign(city="Atlantis")) == -1).all()


def test_a_missing_category_may_be_filled_first() -> None:
    names, _ = made(recipe(("city",), ("impute_category", {}), ("one_hot", {"min_frequency": 0.0})))

    assert names == ["city_(missing)", "city_Oslo", "city_Rome"]


def test_a_time_becomes_parts_of_the_calendar() -> None:
    names, matrix = made(recipe("time", ("calendar", {"month": False})))

    assert names == ["born_hour", "born_weekday"]
    assert matrix[0].tolist() == [6, 5]
    assert np.isnan(matrix[1]).all()


def test_cycles_put_midnight_beside_the_last_hour() -> None:
    names, matrix = made(recipe("time", ("calendar", {"month": False, "weekday": False, "cycles": True})))

    assert names == ["born_hour_sin", "born_hour_cos"]
    assert matrix[0] == pytest.approx([1, 0])
    assert np.hypot(*matrix[2]) == pytest.approx(1)


def test_texts_become_weighted_words_and_lengths() -> None:
    words, matrix = made(recipe("text", ("tf_idf", {})))
    lengths, sizes = made(recipe("text", ("text_length", {})))

    assert words == ["note_good"]
    assert matrix.ravel().tolist() == [1, 0, 1, 0]
    assert lengths == ["note_characters", "note_words"]
    assert np.expm1(sizes).round().tolist() == [[8, 2], [0, 0], [10, 2], [0, 0]]


def test_texts_without_a_word_give_one_feature_of_zeros() -> None:
    both = Recipe("test", (Branch("text", (Step("tf_idf", {}),)), Branch("numeric", (Step("impute", {}),))))
    transformer = Features(both, COLUMNS, dense=False)

    matrix = transformer.fit_transform(FRAME.assign(note=None))

    assert transformer.get_feature_names_out()[0] == "note_(no word)"
    assert matrix[:, [0]].sum() == 0


def test_sparse_only_where_it_may_be() -> None:
    words = recipe("text", ("tf_idf", {"min_rows": 1}))

    assert not sparse.issparse(Features(words, COLUMNS, dense=True).fit_transform(FRAME))
    many = pd.concat([FRAME.assign(note=[f"word{i} {i}th", "a b", "", None]) for i in range(40)], ignore_index=True)
    assert sparse.issparse(Features(words, COLUMNS, dense=False).fit_transform(many))


def test_parameters_are_filled_in_so_that_equal_recipes_are_one() -> None:
    bare, full = recipe("numeric", ("impute", {})), recipe("numeric", ("impute", {"strategy": "median"}))

    assert bare.hash != full.hash
    assert completed(bare).hash == completed(full).hash


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (recipe("numeric", ("eval", {})), "'eval' is no transformer; choose one of bins, calendar"),
        (recipe("numeric", ("scale", {"method": "log"})), "Parameter 'method' of 'scale' takes one of 'standard'"),
        (recipe("numeric", ("scale", {"by": 1})), "'scale' has no parameter 'by'"),
        (recipe("numbers", ("scale", {})), "'numbers' is no group of columns; choose one of numeric, categorical"),
        (recipe(("height",), ("scale", {})), "The recipe takes column 'height', which is no feature; there are age"),
        (recipe(("age", "city"), ("scale", {})), "A branch takes columns of one kind"),
        (recipe("categorical", ("scale", {})), "'scale' takes numbers, but here it would get categories."),
        (
            recipe(
                "categorical",
            ),
            "A branch must end in numbers, but categorical ends in categories",
        ),
        (
            recipe("categorical", ("one_hot", {}), ("scale", {})),
            "'scale' takes no matrix that is mostly zeros, as",
        ),
        (Recipe("none", ()), "Recipe 'none' takes none of the columns"),
        (Recipe("half \ud800", recipe("numeric").branches), "A recipe's name is of printable characters"),
        (Recipe("nul\0", recipe("numeric").branches), "A recipe's name is of printable characters"),
    ],
)
def test_a_recipe_that_cannot_work_is_refused(wrong: Recipe, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_recipe(wrong, COLUMNS)

    assert refusal.value.sentence.startswith(sentence)


def test_a_branch_by_type_without_columns_is_kept_for_other_snapshots() -> None:
    both = Recipe("test", (*recipe("text", ("tf_idf", {})).branches, *recipe("numeric", ("scale", {})).branches))

    assert len(checked_recipe(both, COLUMNS[:1]).branches) == 2
    assert Features(both, COLUMNS[:1], dense=True).fit_transform(FRAME[["age"]]).shape == (4, 1)


def test_a_proposal_covers_every_column_and_passes_its_own_check() -> None:
    columns = toy(Task.BINARY, 60).columns

    for proposal in proposed_recipes(columns, Profile((), {})):
        assert checked_recipe(proposal, columns) == proposal
        taken = [c.name for _, own in branches_of(proposal, columns) for c in own]
        assert set(taken) == {c.name for c in columns}


def described(name: str, distinct: int, warning: str | None = None) -> ColumnProfile:
    return ColumnProfile(name, "any", 0, distinct, warning=warning)


@pytest.mark.parametrize(
    ("columns", "profile", "names"),
    [
        (COLUMNS, (), ["standard", "trees", "robust"]),
        (COLUMNS[:1], (described("age", 60),), ["standard", "trees", "robust", "curves"]),
        (COLUMNS[:2], (described("city", 200),), ["standard", "trees", "robust", "target means"]),
        (
            COLUMNS,
            (described("note", 900), described("age", 60)),
            ["standard", "trees", "words", "topics", "stemmed pairs", "hashed words"],
        ),
        (
            COLUMNS[4:],
            (described("note", 900),),
            ["words", "standard", "trees", "topics", "stemmed pairs", "hashed words"],
        ),
        (
            tuple(Column(f"x{i}", ColumnType.NUMBER) for i in range(3)),
            tuple(described(f"x{i}", 60) for i in range(3)),
            ["standard", "trees", "robust", "products", "curves"],
        ),
        (
            tuple(Column(f"x{i}", ColumnType.NUMBER) for i in range(40)),
            tuple(described(f"x{i}", 60) for i in range(40)),
            ["standard", "trees", "robust", "components"],
        ),
    ],
)
def test_proposals_follow_the_profile(
    columns: tuple[Column, ...], profile: tuple[ColumnProfile, ...], names: list[str]
) -> None:
    proposed = proposed_recipes(columns, Profile(profile, {}))

    assert [recipe.name for recipe in proposed] == names
    assert all(checked_recipe(recipe, columns) == recipe for recipe in proposed)
    assert len({recipe.hash for recipe in proposed}) == len(proposed)


def test_columns_of_which_the_profile_warns_are_left_out_of_every_proposal() -> None:
    columns = (Column("id", ColumnType.INTEGER), *COLUMNS)
    profile = Profile((described("id", 900, "looks like an identifier"), described("age", 60)), {})

    for proposal in proposed_recipes(columns, profile):
        taken = [column.name for _, own in branches_of(proposal, columns) for column in own]
        assert set(taken) == {column.name for column in COLUMNS}
        assert proposal.branches[0].columns == ("age",)
        assert proposal.branches[1].columns == "categorical"


def test_when_every_column_is_warned_of_none_is_left_out() -> None:
    profile = Profile((described("age", 60, "looks like the answer"),), {})

    assert proposed_recipes(COLUMNS[:1], profile)[0].branches[0].columns == "numeric"


@pytest.mark.parametrize(
    ("branch", "after", "sentence"),
    [
        ("numeric", ("impute",), "'impute' cannot stand over all features; these can: scale, max_abs"),
        ("text", ("pca",), "'pca' takes no matrix that is mostly zeros, as 'tf_idf' makes"),
        ("text", ("max_abs", "scale"), "'scale' takes no matrix that is mostly zeros, as 'tf_idf' makes"),
    ],
)
def test_a_step_over_all_features_that_cannot_stand_there_is_refused(
    branch: str, after: tuple[str, ...], sentence: str
) -> None:
    words = (Step("tf_idf", {}),) if branch == "text" else ()
    wrong = Recipe("test", (Branch(branch, words),), tuple(Step(name, {}) for name in after))

    with pytest.raises(Invalid) as refusal:
        checked_recipe(wrong, COLUMNS)

    assert refusal.value.sentence.startswith(sentence)


def test_behind_svd_stands_what_takes_no_sparse_matrix() -> None:
    words = Recipe("test", (Branch("text", (Step("tf_idf", {}),)),), (Step("svd", {}), Step("pca", {})))

    matrix = Features(words, COLUMNS).fit_transform(FRAME)

    assert matrix.shape == (4, 1)


def test_without_a_feature_nothing_is_proposed() -> None:
    with pytest.raises(Invalid, match="no feature column"):
        proposed_recipes((), Profile((), {}))


def test_every_transformer_explains_itself() -> None:
    assert set(transformers()) == set(TRANSFORMERS)
    for transformer in TRANSFORMERS.values():
        assert transformer.explanation
        assert all(parameter.explanation for parameter in transformer.parameters)
