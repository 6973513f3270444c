"""Bad input gets one clear sentence that says what to do, and changes nothing in the store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from db.session import transaction
from mms.domain.errors import MmsError, NotFound
from mms.domain.members import Member
from mms.domain.predictions import Feedback, Request
from mms.domain.projects import Project, ProjectDraft, Task
from mms.domain.promotions import Seating
from mms.domain.runs import Launch
from mms.domain.snapshots import Dealing, FoldKind, Selection, Snapshot
from mms.domain.tables import FileProject, TableSource
from mms.domain.triples import Branch, Recipe, Step
from mms.usecases.feedback import record_feedback
from mms.usecases.predictions import predict
from mms.usecases.projects import create_project
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from mms.usecases.snapshots import take_snapshot
from mms.usecases.tables import load_table, project_from_file
from tests.contents import contents, is_one_sentence
from tests.trained import a_project, a_snapshot, triple_of
from tests.wards import MARCH, a_model, a_world, visit
from tests.wards import a_snapshot as a_frozen_world

FILES: dict[str, tuple[bytes, str]] = {
    "a column without a name": (b"id,,side\n1,2,a\n2,3,b\n", "Line 1 has no name for column 2 of 3: name it"),
    "a missing column": (b"number,side\n1,a\n2,b\n", "no column 'id'; it has number, side"),
    "a duplicated column": (b"id,side,side\n1,a,a\n2,b,b\n", "two columns 'side' (columns 2 and 3): rename one"),
    "a ragged row": (b"id,side\n1,a\n2\n", "Line 3 has 1 values where the header has 2 columns: give every row"),
    "a wrong encoding": ("id,side\n1,a\n2,é\n".encode("latin-1"), "Line 3 is not UTF-8 text (byte 0xe9): save"),
    "mixed types": (b"id,side\n1,1\n2,2\n3,three\n", "'side' holds mostly numbers, but line 4 has 'three'"),
    "no rows": (b"id,side\n", "column names but no rows: add rows"),
    "nothing": (b"", "is empty: it needs a line of column names"),
    "a null key": (b"id,side\n1,a\n,b\n", "'id' is empty in line 3: fill it in"),
    "a key that stands twice": (b"id,side\n1,a\n2,b\n1,b\n", "1 stands in line 2 and again in line 4; remove one"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_becomes_neither_table_nor_project(
    store: str, member: Member, now: datetime, tmp_path: Path, case: str
) -> None:
    content, words = FILES[case]
    file = tmp_path / "given.csv"
    file.write_bytes(content)
    with transaction() as session:
        project = create_project(session, member, ProjectDraft("Empty", Task.BINARY), now)
    before = contents()

    for use in (
        lambda session: load_table(session, member, project.id, TableSource("given", file, ("id",)), now),
        lambda session: project_from_file(session, member, FileProject("New", file, "side", ("id",)), now),
    ):
        refused(use, words)

    assert contents() == before


def refused(use: Callable[[Session], Any], words: str, kind: type[MmsError] = MmsError) -> None:
    with pytest.raises(kind) as caught, transaction() as session:
        use(session)
    assert words in caught.value.sentence
    assert is_one_sentence(caught.value.sentence), caught.value.sentence


TARGETS: dict[str, tuple[str, FoldKind | None, str]] = {
    "one class": ("a" * 40, None, "has the one value 'a' only; choose a target"),
    "fewer than 12 rows of a class": ("a" * 40 + "b" * 11, FoldKind.STRATIFIED, "Class 'b' has 11 rows"),
}


@pytest.mark.parametrize("case", TARGETS)
def test_a_target_to_learn_nothing_from_is_refused(
    store: str, member: Member, now: datetime, tmp_path: Path, case: str
) -> None:
    labels, folds, words = TARGETS[case]
    file = tmp_path / "given.csv"
    file.write_text("id,x,side\n" + "".join(f"{i},{i % 7}.5,{label}\n" for i, label in enumerate(labels)))
    source = FileProject("New", file, "side", ("id",))
    before = contents()
    if folds is None:
        refused(lambda session: project_from_file(session, member, source, now), words)
    else:
        with transaction() as session:
            project_id = project_from_file(session, member, source, now).id
        before = contents()
        refused(lambda _: take_snapshot(transaction, member, project_id, Selection(), now, Dealing(folds)), words)

    assert contents() == before


@pytest.fixture
def ground(store: str, member: Member, now: datetime, tmp_path: Path) -> tuple[Project, Snapshot]:
    """A project with a snapshot to launch runs on."""
    project = a_project(member, tmp_path, now)
    return project, a_snapshot(member, project, now)


def steps(transformer: str, **parameters: Any) -> Recipe:
    return Recipe("made", (Branch("numeric", (Step(transformer, parameters),)),))


TRIPLES: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown algorithm": ({"algorithm": "magic"}, "'magic'"),
    "one of another task": ({"algorithm": "ridge"}, "'ridge'"),
    "an unknown hyperparameter": ({"hyperparameters": {"charm": 1}}, "no parameter 'charm'"),
    "a word for a number": ({"hyperparameters": {"C": "much"}}, "'C' of 'logistic' takes"),
    "a list for a number": ({"hyperparameters": {"C": [1.0]}}, "'C' of 'logistic' takes"),
    "below its range": ({"hyperparameters": {"C": -1.0}}, "'C' of 'logistic' takes"),
    "above its range": ({"hyperparameters": {"C": 1e9}}, "'C' of 'logistic' takes"),
    "no finite number": ({"hyperparameters": {"C": float("nan")}}, "'C' of 'logistic' takes"),
    "an unknown transformer": ({"recipe": steps("polish")}, "'polish'"),
    "an unknown parameter of one": ({"recipe": steps("scale", charm=1)}, "'charm'"),
    "a column that is not there": ({"recipe": Recipe("made", (Branch(("moon",), (Step("scale", {}),)),))}, "moon"),
}


@pytest.mark.parametrize("case", TRIPLES)
def test_a_wrong_triple_launches_nothing(
    ground: tuple[Project, Snapshot], member: Member, now: datetime, case: str
) -> None:
    changes, words = TRIPLES[case]
    project, snapshot = ground
    right = triple_of(project, snapshot, "logistic")
    before = contents()

    refused(
        lambda s: launch_run(
            s,
            member,
            Launch(
                snapshot.id,
                (
                    right,
                    replace(right, **changes),
                ),
            ),
            now,
        ),
        words,
    )

    assert contents() == before


@pytest.fixture
def answering(store: str, member: Member, now: datetime, tmp_path: Path) -> int:
    """The wards, with a champion; returns the project's id."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        model_id = a_model(session, project_id, a_frozen_world(session, project_id, 1, now), 1, now)
        promote(session, member, Seating(model_id, "the first one"), MARCH)
    return project_id


ROWS: dict[str, tuple[Request, str]] = {
    "a missing feature": (Request({"patient": 1}, {"ward": "north"}), "lack 'age': send each"),
    "an extra feature": (Request({"patient": 1}, {"ward": "north", "age": 3, "shoe": 1}), "no feature 'shoe': send"),
    "the answer as a feature": (Request({"patient": 1}, {"ward": "a", "age": 3, "missed": "no"}), "'missed'"),
    "a word for a number": (Request({"patient": 1}, {"ward": "north", "age": "old"}), "'age' takes a number"),
    "a long word for a number": (Request({"patient": 1}, {"ward": "a", "age": "o" * 10_000}), "it got 'oooo"),
    "an infinite number": (Request({"patient": 1}, {"ward": "north", "age": float("inf")}), "'age' takes a number"),
    "a list for a text": (Request({"patient": 1}, {"ward": ["north"], "age": 3}), "'ward' takes a text"),
    "a half key": (Request({}, {"ward": "north", "age": 3}), "named by patient"),
    "an entity that is not there": (Request({"patient": 99}), "no row of 99 in 'visits'"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_wrong_row_is_not_answered_nor_are_those_beside_it(answering: int, member: Member, case: str) -> None:
    request, words = ROWS[case]
    before = contents()

    refused(lambda s: predict(s, member, answering, [visit(7), request], MARCH + timedelta(days=1)), words)

    assert contents() == before


def test_feedback_for_an_unknown_prediction_is_not_recorded_nor_what_comes_with_it(
    answering: int, member: Member
) -> None:
    later = MARCH + timedelta(days=1)
    with transaction() as session:
        (known,) = predict(session, member, answering, [visit(7)], later)
    before = contents()
    truths = [Feedback(known.id, "yes", later), Feedback(known.id + 1, "yes", later)]

    refused(lambda s: record_feedback(s, member, answering, truths, later), f"no prediction {known.id + 1}", NotFound)

    assert contents() == before
