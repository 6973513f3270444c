"""Pictures of a snapshot say the numbers of scikit-learn, scipy and pandas: "drawn" is not "right"."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from scipy.stats import pearsonr, shapiro
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import f_classif, mutual_info_classif
from sklearn.manifold import Isomap
from sklearn.metrics import silhouette_samples, silhouette_score
from sklearn.preprocessing import minmax_scale, scale

from mms.charts.yellowbrick.canvas import canvas
from mms.charts.yellowbrick.finish import colours
from mms.charts.yellowbrick.gallery import DRAWERS, draw
from mms.charts.yellowbrick.sample import COLOURED, Sample, sample_of
from mms.domain.errors import Invalid
from mms.domain.pictures import PictureKind, Theme, pictures_of
from mms.domain.projects import Task
from mms.domain.subjects import SubjectKind
from mms.domain.tables import DTYPES, Column, ColumnType

_TYPES = {
    **{f"n{i}": ColumnType.NUMBER for i in range(4)},
    "count": ColumnType.INTEGER,
    "flag": ColumnType.BOOLEAN,
    "city": ColumnType.CATEGORY,
    "body": ColumnType.TEXT,
}
_WORDS = np.array("goal match player score ball team engine car wheel road driver fuel price stock bank".split())  # noqa: SIM905
_THREE = ("ann", "bob", "cyd")


def rows(task: Task = Task.MULTICLASS, classes: tuple[str, ...] = _THREE, count: int = 120) -> Sample:
    """Rows in groups that their numbers and their words tell apart; some values are missing."""
    chance = np.random.default_rng(5)
    group = chance.integers(len(classes), size=count)
    frame = pd.DataFrame({f"n{i}": chance.normal(3 * group * (i % 2), 1 + i) for i in range(4)})
    frame["count"] = pd.Series(chance.integers(0, 50, count), dtype="Int64")
    frame["flag"] = chance.random(count) < 0.3
    frame["city"] = pd.Series(chance.choice(["x", "y", "z", "_w$_$"], count), dtype="str")
    frame["body"] = [" ".join([*chance.choice(_WORDS[g % 3 * 5 :][:5], 4), chance.choice(_WORDS)]) for g in group]
    frame.loc[::7, "n1"] = np.nan
    frame.loc[::11, "city"] = None
    typed = frame.astype({name: DTYPES[type_] for name, type_ in _TYPES.items()})
    target = pd.Series(np.array(classes)[group] if task.is_classification else group + frame["n0"])
    typed.index = typed.index * 3  # as if rows of a hold-out lay between them
    return sample_of([Column(*named) for named in _TYPES.items()], typed, target, task, classes[-1])


def drawn(kind: PictureKind, sample: Sample) -> Any:
    """The visualizer with the numbers that it drew."""
    with canvas(Theme.LIGHT) as on:
        return DRAWERS[kind](sample, on)


def offsets(visualizer: Any) -> np.ndarray:
    """Every point that is drawn, (points, 2)."""
    return np.vstack([np.asarray(points.get_offsets()) for points in visualizer.ax.collections])


def named(ticks: Any) -> list[str]:
    """Tick labels as they are read."""
    return [tick.get_text().replace(r"\$", "$").strip() for tick in ticks]


def legend(visualizer: Any) -> dict[str, str]:
    """Name -> colour."""
    told = visualizer.ax.get_legend()
    return {
        text.get_text(): to_hex(patch.get_facecolor())
        for text, patch in zip(told.get_texts(), told.legend_handles, strict=True)
    }


def test_every_picture_of_a_snapshot_is_drawn_by_somebody() -> None:
    assert set(pictures_of(SubjectKind.SNAPSHOT)) <= set(DRAWERS)


def test_rank_1d_draws_the_w_of_shapiro_for_numbers_only() -> None:
    sample = rows()

    made = drawn(PictureKind.RANK_1D, sample)

    names = named(made.ax.get_yticklabels())
    assert names == ["n0", "n1", "n2", "n3", "count"]
    expected = [shapiro(sample.numbers[name]).statistic for name in names]
    np.testing.assert_allclose([bar.get_width() for bar in made.ax.patches], expected)


def test_rank_2d_draws_the_correlations_below_the_diagonal() -> None:
    sample = rows()

    made = drawn(PictureKind.RANK_2D, sample)

    shown, expected = made.ax.collections[0].get_array(), sample.numbers.corr().to_numpy()
    below = np.tril_indices(len(expected), -1)
    np.testing.assert_allclose(np.asarray(shown)[below], expected[below])
    assert np.ma.getmaskarray(shown)[np.triu_indices(len(expected))].all()
    assert named(made.ax.get_xticklabels()) == list(sample.numbers)


def test_parallel_coordinates_draw_each_row_from_least_to_greatest_in_the_colour_of_its_class() -> None:
    sample = rows()

    made = drawn(PictureKind.PARALLEL_COORDINATES, sample)

    scaled, width = minmax_scale(sample.numbers), sample.numbers.shape[1]
    for group, line in enumerate(made.ax.lines[: len(sample.names)]):
        shown = np.asarray(line.get_ydata(), dtype=float).reshape(-1, width + 1)[:, :width]
        np.testing.assert_allclose(shown, scaled[sample.groups == group])
        assert legend(made)[sample.names[group]] == to_hex(line.get_color())


def test_radviz_pulls_each_row_by_its_scaled_columns() -> None:
    sample = rows()

    made = drawn(PictureKind.RADVIZ, sample)

    scaled = minmax_scale(sample.numbers)
    angles = 2 * np.pi * np.arange(scaled.shape[1]) / scaled.shape[1]
    expected = scaled @ np.column_stack([np.cos(angles), np.sin(angles)]) / scaled.sum(axis=1, keepdims=True)
    by_group = np.vstack([expected[sample.groups == group] for group in range(3)])
    np.testing.assert_allclose(offsets(made), by_group)


def test_radviz_puts_a_row_that_nothing_pulls_into_the_middle() -> None:
    sample = rows()
    lowest = sample.numbers.copy()
    lowest.iloc[0] = lowest.min()

    made = drawn(PictureKind.RADVIZ, replace(sample, numbers=lowest))

    assert (offsets(made) == 0).all(axis=1).sum() == 1


def test_principal_components_are_those_of_scaled_columns_and_the_longest_arrows_stay() -> None:
    sample = rows()

    made = drawn(PictureKind.PCA, sample)

    scaled = scale(sample.numbers.to_numpy())
    plane = PCA(2, random_state=0).fit(scaled)
    np.testing.assert_allclose(offsets(made), plane.transform(scaled), atol=1e-8)
    assert f"{plane.explained_variance_ratio_[0]:.0%}" in made.ax.get_xlabel()
    assert sum(text.get_visible() for text in made.ax.texts) == min(10, sample.numbers.shape[1])
    assert [to_hex(c) for c in made.ax.collections[0].get_facecolors()] == [
        colours(sample)[group].lower() for group in sample.groups
    ]


def test_explained_variance_counts_components_from_one() -> None:
    sample = rows()

    made = drawn(PictureKind.EXPLAINED_VARIANCE, sample)

    (line,) = made.ax.lines
    expected = PCA().fit(scale(sample.numbers.to_numpy())).explained_variance_
    assert line.get_xdata().tolist() == list(range(1, len(expected) + 1))
    np.testing.assert_allclose(line.get_ydata(), expected)


@pytest.mark.slow
def test_the_manifold_is_that_of_scaled_rows() -> None:
    sample = rows()

    made = drawn(PictureKind.MANIFOLD, sample)

    expected = Isomap(n_neighbors=10).fit_transform(scale(sample.numbers.to_numpy()))
    np.testing.assert_allclose(np.abs(offsets(made)), np.abs(expected), atol=1e-6)


def test_the_joint_plot_takes_the_pair_that_correlates_most() -> None:
    sample = rows()

    made = drawn(PictureKind.JOINT_PLOT, sample)

    assert {made.ax.get_xlabel(), made.ax.get_ylabel()} == {"n1", "n3"}
    assert made.corr_ == pytest.approx(pearsonr(sample.numbers["n1"], sample.numbers["n3"]).statistic)
    assert sum(bar.get_height() for bar in made.xhax.patches) == len(sample.rows)


def test_the_joint_plot_of_a_number_is_with_the_target() -> None:
    sample = rows(Task.REGRESSION)

    made = drawn(PictureKind.JOINT_PLOT, sample)

    best = sample.numbers.corrwith(pd.Series(sample.target)).abs().idxmax()
    assert (made.ax.get_xlabel(), made.ax.get_ylabel()) == (best, "target")
    np.testing.assert_allclose(offsets(made), np.column_stack([sample.numbers[best], sample.target]))


def test_the_scatter_takes_the_columns_that_part_the_groups_most() -> None:
    sample = rows()

    made = drawn(PictureKind.SCATTER, sample)

    strength = pd.Series(f_classif(sample.numbers, sample.groups)[0], index=sample.numbers.columns)
    first, second = strength.nlargest(2).index
    assert (made.ax.get_xlabel(), made.ax.get_ylabel()) == (first, second)
    pairs = sample.numbers[[first, second]].to_numpy()
    np.testing.assert_allclose(offsets(made), np.vstack([pairs[sample.groups == group] for group in range(3)]))


def test_the_class_balance_counts_every_row() -> None:
    sample = rows()
    every = np.repeat([0.0, 1.0, 2.0], [5, 700, 95])

    made = drawn(PictureKind.CLASS_BALANCE, replace(sample, every_target=every))

    assert [bar.get_height() for bar in made.ax.patches] == [5, 700, 95]
    assert named(made.ax.get_xticklabels()) == list(sample.classes)


def test_the_rarest_of_a_hundred_classes_share_a_bar() -> None:
    every = np.repeat(np.arange(100.0), np.arange(1, 101))
    sample = replace(rows(), every_target=every, classes=tuple(f"c{i}" for i in range(100)))

    made = drawn(PictureKind.CLASS_BALANCE, sample)

    assert [bar.get_height() for bar in made.ax.patches] == [*range(42, 101), sum(range(1, 42))]
    assert named(made.ax.get_xticklabels())[-2:] == ["c99", "41 rarer classes"]


def test_names_from_a_file_are_shown_and_not_run() -> None:
    sample = rows()
    hostile = sample.numbers.rename(columns={"n0": "<script>x</script>", "n1": "_$a$ & b"})

    svg = draw(PictureKind.RANK_2D, Theme.LIGHT, replace(sample, numbers=hostile)).decode()

    assert "<script" not in svg
    assert "&lt;script&gt;x&lt;/script&gt;" in svg
    assert " _$a$ &amp; b<" in svg


@pytest.mark.slow
@pytest.mark.parametrize("kind", [PictureKind.WORD_DISPERSION, PictureKind.MISSING_DISPERSION, PictureKind.PCA])
def test_many_points_make_no_large_picture(kind: PictureKind) -> None:
    assert len(draw(kind, Theme.LIGHT, rows(count=1_990))) < 500_000


def test_balanced_bins_hold_equal_counts() -> None:
    sample = replace(rows(Task.REGRESSION), every_target=np.random.default_rng(0).exponential(size=1_000))

    made = drawn(PictureKind.BALANCED_BINNING, sample)

    assert [bar.get_height() for bar in made.ax.patches] == [250] * 4
    np.testing.assert_allclose(made.bin_edges_, np.quantile(sample.every_target, [0, 0.25, 0.5, 0.75, 1]))


def test_the_correlation_is_with_being_the_positive_class() -> None:
    sample = rows(Task.BINARY, ("no", "yes"))

    made = drawn(PictureKind.FEATURE_CORRELATION, sample)

    expected = sample.numbers.corrwith(pd.Series(sample.target)).sort_values()
    np.testing.assert_allclose([bar.get_width() for bar in made.ax.patches], expected)
    assert named(made.ax.get_yticklabels()) == list(expected.index)
    assert "being 'yes'" in made.ax.get_title(loc="left")


def test_classes_without_an_order_are_correlated_with_nothing() -> None:
    with pytest.raises(Invalid, match="no order"):
        drawn(PictureKind.FEATURE_CORRELATION, rows())


def test_mutual_information_takes_yes_and_no_for_what_they_are() -> None:
    sample = rows()

    made = drawn(PictureKind.MUTUAL_INFORMATION, sample)

    told = mutual_info_classif(
        sample.numbers, sample.target.astype(int), random_state=0,
        discrete_features=[name not in ("n0", "n1", "n2", "n3", "count") for name in sample.numbers],
    )  # fmt: skip
    np.testing.assert_allclose([bar.get_width() for bar in made.ax.patches], np.sort(told))


def test_missing_values_of_three_classes_are_stacked_end_to_end() -> None:
    sample = rows()

    made = drawn(PictureKind.MISSING_VALUES, sample)

    counts = sample.missing.groupby(sample.groups).sum()
    for group, bars in enumerate(made.ax.containers):
        assert [bar.get_width() for bar in bars] == counts.loc[group].tolist()
        assert to_hex(bars[0].get_facecolor()) == legend(made)[sample.names[group]]
        assert [bar.get_x() for bar in bars] == counts.loc[: group - 1].sum().tolist() if group else True
    names = named(made.ax.get_yticklabels())
    assert dict(zip(names, counts.sum().tolist(), strict=True))["city"] == 11
    assert list(legend(made)) == list(sample.names)


def test_holes_are_shown_in_the_rows_of_the_snapshot() -> None:
    sample = rows()

    made = drawn(PictureKind.MISSING_DISPERSION, sample)

    at, column = np.nonzero(sample.missing.to_numpy())
    assert sorted(map(tuple, offsets(made))) == sorted(zip((at * 3).tolist(), column.tolist(), strict=True))


@pytest.mark.parametrize("kind", [PictureKind.MISSING_VALUES, PictureKind.MISSING_DISPERSION])
def test_where_nothing_is_missing_a_sentence_says_so(kind: PictureKind) -> None:
    sample = rows()

    with pytest.raises(Invalid, match="Nothing is missing in 120 rows"):
        drawn(kind, replace(sample, missing=sample.missing & False))


@pytest.mark.slow
def test_frequent_words_are_counted_even_where_there_are_few() -> None:
    sample = rows()

    made = drawn(PictureKind.TOKEN_FREQUENCY, sample)

    counts = pd.Series(" ".join(sample.texts).split()).value_counts()
    shown = dict(zip(named(made.ax.get_yticklabels()), [bar.get_width() for bar in made.ax.patches], strict=True))
    assert shown == counts.to_dict()
    assert list(shown.values()) == sorted(shown.values(), reverse=True)
    assert f"of {counts.sum():,} words" in made.ax.get_xlabel()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [PictureKind.TSNE, PictureKind.UMAP])
def test_texts_that_are_alike_lie_together(kind: PictureKind) -> None:
    sample = rows()

    made = drawn(kind, sample)

    points = [np.asarray(shown.get_offsets()) for shown in made.ax.collections]
    by_name = dict(zip([shown.get_label() for shown in made.ax.collections], points, strict=True))
    assert {name: len(shown) for name, shown in by_name.items()} == {
        name: int((sample.groups == group).sum()) for group, name in enumerate(sample.names)
    }
    labels = np.repeat(np.arange(3), [len(shown) for shown in points])
    assert silhouette_score(np.vstack(points), labels) > 0.3
    for shown in made.ax.collections:
        assert to_hex(shown.get_facecolors()[0]) == legend(made)[shown.get_label()]


@pytest.mark.slow
def test_a_word_is_shown_at_each_of_its_places() -> None:
    sample = rows()

    made = drawn(PictureKind.WORD_DISPERSION, sample)

    words, told = " ".join(sample.texts).split(), named(made.ax.get_yticklabels())
    places = {(i + 1, told.index(word)) for i, word in enumerate(words) if word in told}
    assert set(map(tuple, offsets(made).astype(int).tolist())) == places
    assert len(told) == 12


@pytest.mark.slow
def test_words_are_correlated_by_the_texts_that_hold_them() -> None:
    sample = rows()

    made = drawn(PictureKind.WORD_CORRELATION, sample)

    held = CountVectorizer(vocabulary=made.words, binary=True).transform(sample.texts).toarray()
    np.testing.assert_allclose(made.correlation_matrix_, np.corrcoef(held.T))
    assert named(made.ax.get_xticklabels()) == sorted(made.words)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("All/PDT the/DT dogs/NNS bark/VBP ./.", {"determiner": 2, "noun": 1, "verb": 1, "punctuation": 1}),
        ("because_SCONJ dogs_NOUN have_AUX barked_VERB", {"conjunction": 1, "noun": 1, "verb": 2}),
    ],
)
def test_parts_of_speech_are_counted_where_the_texts_bear_tags(text: str, counts: dict[str, int]) -> None:
    made = drawn(PictureKind.PART_OF_SPEECH, replace(rows(), texts=(text,) * 5))

    bars = zip(named(made.ax.get_xticklabels()), [bar.get_height() for bar in made.ax.patches], strict=True)
    assert {name: height for name, height in bars if height} == {name: 5 * count for name, count in counts.items()}


@pytest.mark.slow
def test_texts_without_tags_are_told_from_texts_with_tags() -> None:
    with pytest.raises(Invalid, match="bear no tags, and no tagger is installed"):
        drawn(PictureKind.PART_OF_SPEECH, rows())


def clusters(sample: Sample) -> tuple[np.ndarray, dict[int, Any]]:
    """Scaled rows, and k-means by its number of groups."""
    space = scale(sample.numbers.to_numpy())
    return space, {count: KMeans(count, n_init=5, random_state=0).fit(space) for count in range(2, 11)}


@pytest.mark.slow
def test_the_elbow_is_of_the_sums_of_squares() -> None:
    sample = rows()

    made = drawn(PictureKind.ELBOW, sample)

    _, fitted = clusters(sample)
    line = made.ax.lines[0]
    assert list(line.get_xdata()) == list(fitted)
    np.testing.assert_allclose(line.get_ydata(), [one.inertia_ for one in fitted.values()])


@pytest.mark.slow
def test_silhouettes_are_of_the_number_of_groups_that_parts_best() -> None:
    sample = rows()

    made = drawn(PictureKind.SILHOUETTE, sample)

    space, fitted = clusters(sample)
    best = max(fitted.values(), key=lambda one: float(silhouette_score(space, one.labels_)))
    assert made.n_clusters_ == best.n_clusters
    np.testing.assert_allclose(made.silhouette_samples_, silhouette_samples(space, best.labels_))
    drawn_to = [shown.get_paths()[0].vertices[:, 0] for shown in made.ax.collections]
    for group, edges in enumerate(drawn_to):
        own = made.silhouette_samples_[best.labels_ == group]
        assert max(edges.max(), 0) == pytest.approx(max(own.max(), 0))


@pytest.mark.slow
def test_groups_are_shown_with_how_many_rows_they_hold() -> None:
    sample = rows()

    made = drawn(PictureKind.INTERCLUSTER_DISTANCE, sample)

    space, fitted = clusters(sample)
    best = max(fitted.values(), key=lambda one: float(silhouette_score(space, one.labels_)))
    counts = np.bincount(best.labels_)
    assert [text.get_text() for text in made.ax.texts] == [f"{i}\n{n:,} rows" for i, n in enumerate(counts)]
    sizes = made.ax.collections[0].get_sizes()
    assert np.argsort(sizes, kind="stable").tolist() == np.argsort(counts, kind="stable").tolist()


_PLAIN = [
    kind
    for kind in pictures_of(SubjectKind.SNAPSHOT)
    if kind not in (PictureKind.TSNE, PictureKind.UMAP, PictureKind.CLASS_BALANCE, PictureKind.BALANCED_BINNING)
]


@pytest.mark.slow
@pytest.mark.parametrize("kind", _PLAIN)
def test_one_row_without_a_number_or_a_text_is_refused_in_a_sentence_or_drawn(kind: PictureKind) -> None:
    frame = pd.DataFrame({"x": [1.0], "y": [np.nan]})
    columns = [Column("x", ColumnType.NUMBER), Column("y", ColumnType.NUMBER)]
    sample = sample_of(columns, frame, pd.Series(["yes"]), Task.BINARY, "yes")

    if kind in (PictureKind.MISSING_VALUES, PictureKind.MISSING_DISPERSION):
        assert draw(kind, Theme.DARK, sample).startswith(b"<?xml")
    else:
        with pytest.raises(Invalid) as refused:
            draw(kind, Theme.DARK, sample)
        assert refused.value.sentence.endswith(".")


@pytest.mark.slow
def test_two_thousand_columns_and_sixty_classes_are_drawn() -> None:
    chance = np.random.default_rng(0)
    frame = pd.DataFrame(chance.normal(size=(240, 2_000)), columns=[f"column number {i}" for i in range(2_000)])
    target = pd.Series([f"class {i % 60}" for i in range(240)])
    columns = [Column(name, ColumnType.NUMBER) for name in frame]

    sample = sample_of(columns, frame, target, Task.MULTICLASS, None)

    assert len(sample.names) == COLOURED
    refused = []
    for kind in pictures_of(SubjectKind.SNAPSHOT):
        try:
            assert len(draw(kind, Theme.DARK, sample)) < 2_000_000
        except Invalid:
            refused.append(kind)
    needs_more = {PictureKind.FEATURE_CORRELATION, PictureKind.MISSING_VALUES, PictureKind.MISSING_DISPERSION}
    texts = {
        kind for kind in refused if "text" in kind.value or "word" in kind.value or kind.value == "parts of speech"
    }
    assert set(refused) == needs_more | texts
    assert len(texts) == 6


@pytest.mark.slow
def test_groups_of_texts_are_found_where_there_is_nothing_else() -> None:
    sample = rows()
    only = replace(sample, numbers=sample.numbers[[]])
    varied = tuple(f"{text} number{i % 40}" for i, text in enumerate(sample.texts))

    made = drawn(PictureKind.SILHOUETTE, replace(only, texts=varied))

    assert made.silhouette_samples_.shape == (120,)
