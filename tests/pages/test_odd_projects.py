"""Projects unlike others: labels with 60 classes and marks in them, 2,000 columns, one row. Every page is drawn."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from db.session import transaction
from mms.domain.errors import Invalid
from mms.domain.jobs import JobKind
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.runs import Launch
from mms.domain.snapshots import Selection, Snapshot
from mms.domain.tables import Condition, FileProject, InstanceDraft, Join, Operator, TableSource
from mms.usecases.fitting import fit_run
from mms.usecases.jobs import JobContext, claim, finish
from mms.usecases.runs import launch_run
from mms.usecases.snapshots import take_snapshot
from mms.usecases.tables import declare_instances, load_table, project_from_file
from tests.pages.conftest import Open
from tests.trained import a_snapshot, triple_of

pytestmark = pytest.mark.slow

TABS = ("Overview", "Folds", "Rows", "Columns", "Lineage", "Files", "How to call it", "History", "Comments")
CHECKS = ("Ranking", "Gains", "Probabilities", "Classes", "Where it errs", "Look inside")
COMPARED = ("What changed", "Scores", "Curves", "Costs", "Triples", "Errors")
MARKS = ("<script>alert(1)</script>", "![x](http://e.example/x.png)", "$a$ *b* _c_", "=1+1", "a:red[b]")
"""Labels that a screen or a spreadsheet might take for something else."""


def a_project_of(member: Member, folder: Path, frame: pd.DataFrame, now: datetime) -> Project:
    """A project on a file; the last column is the target."""
    frame.to_csv(folder / "rows.csv", index=False)
    source = FileProject(
        "Odd $rows$ ![x](http://e.example/x.png)", folder / "rows.csv", str(frame.columns[-1]), ("id",), "", ""
    )
    with transaction() as session:
        return project_from_file(session, member, source, now)


def trained(member: Member, project: Project, snapshot: Snapshot, algorithm: str) -> None:
    """One algorithm beside the baseline: models 1 and 2."""
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, algorithm),)), datetime.now(UTC))
    now = datetime.now(UTC) + timedelta(minutes=1)
    with transaction() as session:
        job = claim(session, "test", now)
    assert job is not None
    assert job.kind is JobKind.RUN
    fit_run(JobContext(job, transaction, lambda: now))
    with transaction() as session:
        finish(session, job.id, job.attempt, now)


def sound(page: AppTest, of: object) -> None:
    """Drawn whole, and nothing on it asks another host for a picture."""
    assert not page.exception, of
    assert not page.error, of
    shown = [one.value for one in (*page.markdown, *page.caption, *page.header, *page.title, *page.info, *page.warning)]
    shown += [link.proto.label for link in page.get("page_link")] + [button.label for button in page.button]
    assert not [text for text in shown if "![x](" in text], of


def test_sixty_classes_with_marks_in_their_names_are_drawn_on_every_tab(
    open_page: Open, admin: Member, tmp_path: Path, now: datetime
) -> None:
    chance = np.random.default_rng(0)
    names = [*MARKS, *(f"class {i}" for i in range(60 - len(MARKS)))]
    truth = np.arange(60 * 14) % 60
    frame = pd.DataFrame({"id": range(len(truth)), "x": truth + chance.normal(size=len(truth))})
    frame["city"] = chance.choice(MARKS, len(truth))
    frame["kind"] = [names[i] for i in truth]
    project = a_project_of(admin, tmp_path, frame, now)
    snapshot = a_snapshot(admin, project, now)
    trained(admin, project, snapshot, "tree")

    for tab in TABS:
        sound(open_page("model", id=2, tab=tab), tab)
    for check in CHECKS:
        sound(open_page("model", id=2, tab="Diagnostics", check=check), check)
    for check, query in {
        "Where it errs": {"errs": "Groups", "group_by": "city"},
        "Look inside": {"inside": "One column"},
    }.items():
        sound(open_page("model", id=2, tab="Diagnostics", check=check, **query), query)
    for tab in COMPARED:
        sound(open_page("compare", ids="1,2", tab=tab), tab)
    rule = f'[["city", "=", "{MARKS[1]}"]]'
    for stem, query in {
        "what_if": {"model": 2},
        "slices": {"project": project.id, "rule": rule},
        "gallery": {"snapshot": snapshot.id},
        "models": {"project": project.id},
        "health": {},
        "activity": {"project": project.id},
        "data": {"project": project.id},
    }.items():
        sound(open_page(stem, **query), stem)


def test_two_thousand_columns_are_drawn_on_every_tab(
    open_page: Open, admin: Member, tmp_path: Path, now: datetime
) -> None:
    chance = np.random.default_rng(0)
    halves = [pd.DataFrame(chance.normal(size=(130, 1_000)), columns=[f"c{i}" for i in range(1_000)]) for _ in "ab"]
    for half in halves:
        half.insert(0, "id", range(130))
    project = a_project_of(admin, tmp_path, halves[0].assign(size=halves[0]["c0"] + halves[1]["c1"]), now)
    halves[1].to_csv(tmp_path / "more.csv", index=False)
    with transaction() as session:
        more = load_table(session, admin, project.id, TableSource("more", tmp_path / "more.csv", ("id",)), now)
        join = Join(more.id, "more", (("id", "id"),))
        declare_instances(session, admin, project.id, InstanceDraft("rows", "size", ("id",), joins=(join,)), now)
    snapshot = a_snapshot(admin, project, now)
    assert len(snapshot.schema) == 2_000
    trained(admin, project, snapshot, "ridge")

    for tab in TABS:
        sound(open_page("model", id=2, tab=tab), tab)
    for check, query in {"Where it errs": {"errs": "Residuals"}, "Look inside": {"inside": "Weights"}}.items():
        sound(open_page("model", id=2, tab="Diagnostics", check=check, **query), check)
    for view in ("Slices", "Groups"):
        sound(open_page("model", id=2, tab="Diagnostics", check="Where it errs", errs=view), view)
    for tab in COMPARED:
        sound(open_page("compare", ids="1,2", tab=tab), tab)
    for stem, query in {
        "what_if": {"model": 2},
        "gallery": {"snapshot": snapshot.id},
        "data": {"project": project.id, "tab": "Snapshots"},
    }.items():
        sound(open_page(stem, **query), stem)


def test_one_row_is_no_snapshot_and_the_pictures_of_a_few_say_why_there_are_none(
    open_page: Open, admin: Member, tmp_path: Path, now: datetime
) -> None:
    frame = pd.DataFrame({"id": range(40), "x": np.arange(40) / 8, "size": np.arange(40) / 4})
    project = a_project_of(admin, tmp_path, frame, now)
    with pytest.raises(Invalid, match="widen the selection"):
        take_snapshot(transaction, admin, project.id, Selection(conditions=(Condition("id", Operator.EQ, 1),)), now)
    few = Selection(conditions=(Condition("id", Operator.LT, 24),))
    snapshot = take_snapshot(transaction, admin, project.id, few, now)

    sound(open_page("data", project=project.id, tab="Snapshots"), "data")
    sound(open_page("train", project=project.id), "train")
    gallery = open_page("gallery", snapshot=snapshot.id)

    sound(gallery, "gallery")
    assert "at least 30 rows, and there are fewer" in gallery.markdown[-1].value
