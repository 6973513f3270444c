"""Numbers that only pictures show: features taken away, paths of alphas, influence of rows, answers in a plane."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, Ridge

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.ml.diagnostics import alphas, boundaries, elimination, influence
from mms.ml.diagnostics.elimination import matrix_of_fold
from mms.ml.diagnostics.ground import MOST_ROWS, Ground
from mms.ml.diagnostics.influence import cooks_distances
from mms.ml.prediction import predict_frame
from tests.ml.diagnostics.fitted import fitted_ground

TWO = {"folds": 2}


@pytest.fixture(scope="module")
def tree() -> Ground:
    return fitted_ground(Task.BINARY, "tree")


@pytest.fixture(scope="module")
def ridge() -> Ground:
    return fitted_ground(Task.REGRESSION, "ridge")


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (2, [2, 1]), (5, [5, 3, 2, 1]), (128, [128, 64, 32, 16, 8, 4, 2, 1])]
)
def test_sizes_shrink_by_factors_from_all_to_one(count: int, sizes: list[int]) -> None:
    assert elimination.sizes_of(count) == sizes


@pytest.mark.slow
def test_elimination_fits_no_more_than_it_told_and_begins_at_what_the_run_scored(tree: Ground) -> None:
    told: list[int] = []

    points = elimination.eliminated(replace(tree, tell=told.append), TWO)["points"]

    assert told == list(range(len(told)))
    assert len(told) <= elimination.eliminating_fits(TWO)
    stored = {r.fold: r for r in tree.folds}
    own = points[points["metric"] == "accuracy"].set_index(["fold", "features"])["score"]
    assert own.index.get_level_values("features").min() == 1
    for fold in points["fold"].unique():
        assert own[fold, min(r.features for r in tree.folds if r.features)] == stored[fold].scores["accuracy"]


@pytest.mark.slow
def test_dropped_features_differ_from_fold_to_fold_and_more_hold_all_of_fewer(tree: Ground) -> None:
    points = elimination.dropped(tree, TWO)["points"]

    sizes = points.drop_duplicates(["fold", "share"]).pivot(index="share", columns="fold", values="features")
    assert sizes.index.tolist() == [*elimination.SHARES, 1.0]
    assert (sizes.diff().dropna() >= 0).all().all()
    stored = {(r.fold, m): s for r in tree.folds for m, s in r.scores.items()}
    whole = points[points["share"] == 1.0]
    assert [stored[row.fold, row.metric] for row in whole.itertuples()] == whole["score"].tolist()


@pytest.mark.slow
@pytest.mark.parametrize(("algorithm", "made"), [("ridge", Ridge), ("lasso", Lasso), ("elastic_net", ElasticNet)])
def test_errors_along_the_path_are_those_of_fits_with_each_alpha(algorithm: str, made: type) -> None:
    ground = fitted_ground(Task.REGRESSION, algorithm)

    points = alphas.path(ground, TWO)["points"]

    assert points.groupby("fold").size().tolist() == [alphas.STEPS] * 2
    for row in points.groupby("fold").nth([0, 8, 14]).itertuples():
        matrix = matrix_of_fold(ground, next(s for s in ground.splits if s.fold == row.fold))
        fit, validate = alphas.dense(matrix.sides.fit), alphas.dense(matrix.sides.validate)
        options = {} if algorithm == "ridge" else {"max_iter": 20_000}
        fitted = made(alpha=row.alpha, **options).fit(fit, matrix.truth.fit)
        expected = np.mean((fitted.predict(validate) - matrix.truth.validate) ** 2)
        assert row.error == pytest.approx(expected, rel=1e-2)


@pytest.mark.slow
def test_an_algorithm_without_a_path_is_refused() -> None:
    with pytest.raises(Invalid, match="'linear' has no path of alphas"):
        alphas.path(fitted_ground(Task.REGRESSION, "linear"), TWO)


def test_cooks_distance_is_what_leaving_a_row_out_changes() -> None:
    chance = np.random.default_rng(2)
    features = chance.normal(5.0, 1.0, size=(30, 3))  # far from the origin: a leverage without intercept would be wrong
    target = features @ [1.0, -2.0, 0.5] + chance.normal(size=30)
    target[4] += 6.0

    distances = cooks_distances(features, target)

    whole = LinearRegression().fit(features, target)
    variance = ((target - whole.predict(features)) ** 2).sum() / (30 - 4)
    for i in range(30):
        rest = np.arange(30) != i
        without = LinearRegression().fit(features[rest], target[rest])
        moved = ((without.predict(features) - whole.predict(features)) ** 2).sum()
        assert distances[i] == pytest.approx(moved / (4 * variance))
    assert distances.argmax() == 4


def test_columns_that_say_the_same_count_once() -> None:
    chance = np.random.default_rng(2)
    features, target = chance.normal(size=(20, 2)), chance.normal(size=20)
    twice = np.column_stack([features, features[:, 0] * 1e6, np.ones(20)])

    np.testing.assert_allclose(cooks_distances(twice, target), cooks_distances(features, target))


def test_a_row_that_alone_determines_a_weight_has_no_distance() -> None:
    chance = np.random.default_rng(2)
    features = np.column_stack([chance.normal(size=12), np.eye(12)[3]])

    assert cooks_distances(features, chance.normal(size=12))[3] == 0.0


def test_too_few_rows_have_no_distance() -> None:
    with pytest.raises(Invalid, match="3 rows do not determine 3 weights"):
        cooks_distances(np.array([[1.0, 5.0], [2.0, 1.0], [4.0, 2.0]]), np.array([1.0, 2.0, 3.0]))


@pytest.mark.slow
def test_the_influence_of_rows_is_kept_for_those_with_the_greatest(ridge: Ground) -> None:
    tables = influence.made(ridge, {})

    distances, facts = tables["distances"], tables["facts"].iloc[0]
    assert len(distances) <= MOST_ROWS
    assert distances["distance"].is_monotonic_decreasing
    assert facts["above"] == pytest.approx((distances["distance"] > 4 / facts["rows"]).mean())
    assert set(distances["row"]) <= set(range(int(facts["length"])))


@pytest.mark.slow
def test_the_plane_holds_what_the_model_answers_there(tree: Ground) -> None:
    tables = boundaries.made(tree, {})

    x, y = tables["axes"]["column"]
    grid, points = tables["grid"], tables["points"]
    assert len(grid) <= boundaries.SIDE**2 <= MOST_ROWS
    assert not grid.duplicated(["x", "y"]).any()
    assert set(grid["label"]) <= set(tree.classes)
    assert set(points["truth"]) == set(tree.classes)
    by_place = grid.groupby(["x", "y"])["label"].first()
    typical = boundaries._typical(tree.instances.columns, tree.instances.features.iloc[tree.oof["row"]], 1)
    place = grid.iloc[len(grid) // 3]
    typical[x], typical[y] = place["x"], place["y"]
    said = predict_frame(tree.pipeline, typical, tree.task, tree.classes, tree.positive, None).labels
    assert said is not None
    assert by_place[place["x"], place["y"]] == said[0]
