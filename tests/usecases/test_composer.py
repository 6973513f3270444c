"""Composing a recipe: what may come next, what is wrong where, and what it makes of real rows."""

from pathlib import Path

import pytest

from db.session import reading
from mms.domain.errors import Invalid
from mms.domain.members import Member
from mms.domain.snapshots import Snapshot
from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Branch, Recipe, Step
from mms.usecases.composer import default_step, flow_after, flow_of, preview_of, step_offers
from tests.conftest import NOW
from tests.trained import a_project, a_snapshot

COLUMNS = (
    Column("age", ColumnType.NUMBER),
    Column("plan", ColumnType.CATEGORY),
    Column("note", ColumnType.TEXT),
    Column("at", ColumnType.TIME),
)

OF_THE_SITE = """
[[transformers]]
name = "logs"
class = "sklearn.preprocessing:PowerTransformer"
explanation = "takes numbers above 0 only"
fixed = { method = "box-cox" }
after = true
"""


def steps(*names: str) -> tuple[Step, ...]:
    known = step_offers()
    return tuple(default_step(known[name]) for name in names)


@pytest.fixture
def snapshot(sqlite_store: str, member: Member, tmp_path: Path) -> Snapshot:
    return a_snapshot(member, a_project(member, tmp_path, NOW), NOW)


@pytest.mark.parametrize(
    ("columns", "chain", "wrong"),
    [
        ("numeric", ("impute", "scale"), set()),
        ("numeric", ("calendar",), {0}),
        ("text", ("tokenise", "scale"), {1}),
        ("text", ("tokenise",), {1}),  # it ends in tokens, not in numbers
        ("time", ("calendar", "impute", "scale"), set()),
        (("age", "plan"), (), {0}),  # two kinds in one branch
        (("gone",), ("scale",), {1}),
        ("boolean", (), {0}),  # the snapshot has none
    ],
)
def test_the_offending_step_is_named(columns: str | tuple[str, ...], chain: tuple[str, ...], wrong: set[int]) -> None:
    flow = flow_of(Branch(columns, steps(*chain)), COLUMNS)

    assert set(flow.wrong) == wrong
    assert all(sentence.endswith(".") for sentence in flow.wrong.values())


def test_only_steps_that_take_what_the_chain_gives_are_offered() -> None:
    numbers = {offer.name for offer in flow_of(Branch("numeric", ()), COLUMNS).offers}
    times = {offer.name for offer in flow_of(Branch("time", ()), COLUMNS).offers}
    over_all = {offer.name for offer in flow_after(Recipe("r", ())).offers}

    assert "scale" in numbers
    assert "calendar" in times
    assert not {"calendar", "tokenise"} & numbers
    assert "scale" not in times
    assert "pca" in over_all
    assert "one_hot" not in over_all


@pytest.mark.parametrize(
    ("after", "offered", "wrong"), [((), False, set()), (("pca",), False, {0}), (("svd",), True, set())]
)
def test_over_a_matrix_that_is_mostly_zeros_only_steps_that_take_it_are_offered(
    after: tuple[str, ...], offered: bool, wrong: set[int]
) -> None:
    flow = flow_after(Recipe("r", (Branch("categorical", steps("one_hot")),), steps(*after)))

    assert ("pca" in {offer.name for offer in flow.offers}) is offered
    assert set(flow.wrong) == wrong


def test_a_preview_shows_the_matrix_that_a_fit_would_see(snapshot: Snapshot) -> None:
    recipe = Recipe("r", (Branch("numeric", steps("impute", "scale")),))

    with reading() as session:
        made = preview_of(session, snapshot.id, recipe)

    assert (made.rows, made.columns, made.features) == (130, 2, 2)
    assert made.head.shape == (8, 2)
    assert [name.split("__")[-1] for name in made.head.columns] == ["x", "y"]


def test_a_preview_of_a_step_that_does_not_fit_is_refused(snapshot: Snapshot) -> None:
    with reading() as session, pytest.raises(Invalid, match="'calendar' takes times"):
        preview_of(session, snapshot.id, Recipe("r", (Branch("numeric", steps("calendar")),)))


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        (Recipe("r", (Branch("numeric", ()), Branch(("y",), (Step("logs", {}),)))), r"Branch 2 \(y: logs\)"),
        (Recipe("r", (Branch("numeric", ()),), (Step("scale", {}), Step("logs", {}))), "'logs' over all features"),
    ],
)
def test_a_preview_names_the_part_that_fails(recipe: Recipe, told: str, snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(OF_THE_SITE)

    with reading() as session, pytest.raises(Invalid, match=f"{told} fails on 130 rows: .*strictly positive"):
        preview_of(session, snapshot.id, recipe)
