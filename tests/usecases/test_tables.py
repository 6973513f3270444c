"""Tables from files, rows by key, and the declaration that says what to learn."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db import physical
from db.models import FeatureTable as TableRow
from db.models import Project as ProjectRow
from db.queries.projects import projects
from db.queries.tables import first_rows, get_instance_table, get_table, get_table_named, rows_and_labels_per_day
from db.session import reading, transaction
from mms.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mms.domain.members import Member, Role
from mms.domain.projects import ProjectDraft, Task
from mms.domain.tables import ColumnType, FeatureTable, FileProject, InstanceDraft, Join, TableSource
from mms.usecases.projects import create_project
from mms.usecases.tables import append_rows, declare_instances, load_table, project_from_file, update_rows

VISITS = "id,at,age,target\n" + "".join(
    f"{i},2026-01-{i:02d},{20 + i},{'sick' if i % 4 == 0 else 'well'}\n" for i in range(1, 29)
)


def written(folder: Path, content: str, name: str = "visits.csv") -> Path:
    file = folder / name
    file.write_text(content)
    return file


def made(folder: Path, member: Member, now: datetime, source: FileProject | None = None) -> int:
    file = written(folder, VISITS)
    with transaction() as session:
        return project_from_file(session, member, source or FileProject("clinic", file, "target"), now).id


def visits(project_id: int) -> FeatureTable:
    with reading() as session:
        return get_table_named(session, project_id, "visits")


def test_one_file_and_one_target_make_a_project(tmp_path: Path, member: Member, now: datetime) -> None:
    project_id = made(tmp_path, member, now)

    with reading() as session:
        (project,) = projects(session, member)
        declared = get_instance_table(session, project_id)
        days = rows_and_labels_per_day(session, project_id)
        rows = first_rows(session, get_table(session, declared.base_table_id), 3)
    assert (project.task, project.positive_class, project.primary_metric) == (Task.BINARY, "sick", "f1")
    assert (declared.entity_key, declared.prediction_time, declared.features) == (("id",), "at", ("age",))
    assert days["rows"].sum() == 28
    assert len(rows) == 3


def test_a_file_without_a_key_gets_numbered_rows(tmp_path: Path, member: Member, now: datetime) -> None:
    file = written(tmp_path, "x,target\n" + "".join(f"{i % 3},{i * 1.5}\n" for i in range(30)))
    with transaction() as session:
        project = project_from_file(session, member, FileProject("p", file, "target"), now)

    table = visits(project.id)
    assert table.key == ("row",)
    assert table.column("row").type is ColumnType.INTEGER
    assert project.task is Task.REGRESSION


def test_what_was_inferred_can_be_overridden(tmp_path: Path, member: Member, now: datetime) -> None:
    file = written(tmp_path, VISITS)
    source = FileProject("p", file, "target", ("id",), time="", types={"age": ColumnType.NUMBER}, positive_class="well")

    with transaction() as session:
        project = project_from_file(session, member, source, now)
        declared = get_instance_table(session, project.id)
        table = get_table(session, declared.base_table_id)

    assert project.positive_class == "well"
    assert declared.prediction_time is None
    assert table.column("age").type is ColumnType.NUMBER


BAD_FILES = {
    "null key": ("id,x\n1,2\n,3\n", ("id",), "key column 'id' is empty in line 3"),
    "key twice": ("id,x\n1,2\n2,3\n1,4\n", ("id",), "id is not unique: 1 stands in line 2 and again in line 4"),
    "missing column": ("id,x\n1,2\n", ("key",), "no column 'key'; it has id, x"),
    "ragged": ("id,x\n1,2\n3\n", ("id",), "Line 3 has 1 values"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_changes_nothing(tmp_path: Path, member: Member, now: datetime, case: str) -> None:
    content, key, words = BAD_FILES[case]
    with transaction() as session:
        project = create_project(session, member, ProjectDraft("p", Task.BINARY), now)

    with pytest.raises(Invalid) as caught, transaction() as session:
        load_table(session, member, project.id, TableSource("t", written(tmp_path, content), key), now)

    assert words in caught.value.sentence
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(TableRow)) == 0


def test_a_target_with_one_class_makes_no_project(tmp_path: Path, member: Member, now: datetime) -> None:
    file = written(tmp_path, "id,target\n1,yes\n2,yes\n")

    with pytest.raises(Invalid, match="one value 'yes' only"), transaction() as session:
        project_from_file(session, member, FileProject("p", file, "target"), now)

    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ProjectRow)) == 0


def test_a_table_name_is_taken_once(tmp_path: Path, member: Member, now: datetime) -> None:
    project_id = made(tmp_path, member, now)

    with pytest.raises(Conflict, match="has a feature table 'visits' already"), transaction() as session:
        load_table(session, member, project_id, TableSource("visits", written(tmp_path, VISITS), ("id",)), now)


def test_rows_are_appended_updated_and_patched_by_key(tmp_path: Path, member: Member, now: datetime) -> None:
    table = visits(made(tmp_path, member, now))
    row = {"id": 99, "at": "2026-02-01T00:00:00+01:00", "age": "50"}

    with transaction() as session:
        append_rows(session, member, table.id, [row], now)
        update_rows(session, member, table.id, [{**row, "age": None, "target": "sick"}], now, partial=True)
        (patched,) = physical.lookup_many(session, table, ["id"], [((99,), None)])
        update_rows(session, member, table.id, [{**row, "age": 51}], now, partial=False)
        (put,) = physical.lookup_many(session, table, ["id"], [(("99",), None)])
        count = get_table(session, table.id).row_count

    assert patched is not None
    assert (patched["age"], patched["target"]) == (None, "sick")
    assert put is not None
    assert (put["age"], put["target"]) == (51, None)
    assert count == 29


BAD_ROWS = {
    "unknown column": ({"id": 99, "at": "2026-02-01", "size": 1}, "Row 1: Table 'visits' has no column 'size'"),
    "missing key": ({"at": "2026-02-01", "age": 1}, "Row 1 has no value for 'id'"),
    "wrong type": ({"id": 99, "at": "2026-02-01", "age": "old"}, "Column 'age' takes a whole number; it got 'old'"),
    "no time": ({"id": 99, "at": "tomorrow"}, "Column 'at' takes a time such as"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_bad_row_changes_nothing(tmp_path: Path, member: Member, now: datetime, case: str) -> None:
    table = visits(made(tmp_path, member, now))
    row, words = BAD_ROWS[case]

    with pytest.raises(Invalid) as caught, transaction() as session:
        append_rows(session, member, table.id, [row, {"id": 98, "at": "2026-02-02"}], now)

    assert words in caught.value.sentence
    with reading() as session:
        assert physical.count_rows(session, table) == 28


def test_a_key_that_is_there_is_not_appended_again(tmp_path: Path, member: Member, now: datetime) -> None:
    table = visits(made(tmp_path, member, now))

    with pytest.raises(Conflict, match="so nothing was added"), transaction() as session:
        append_rows(session, member, table.id, [{"id": 50, "at": "2026-01-05"}, {"id": 5, "at": "2026-01-05"}], now)

    with reading() as session:
        assert physical.count_rows(session, table) == 28


WEATHER = Join(0, "weather", (("id", "station"),), as_of=True)
BAD_DRAFTS = {
    "unknown target": (InstanceDraft("visits", "nope", ("id",)), "has no column 'nope'"),
    "no key": (InstanceDraft("visits", "target", ()), "needs an entity key"),
    "time is no time": (InstanceDraft("visits", "target", ("id",), "age"), "prediction time 'age' is integer"),
    "target as feature": (InstanceDraft("visits", "target", ("id",), features=("target",)), "cannot be a feature"),
    "no feature": (InstanceDraft("visits", "target", ("id",), features=()), "has no feature"),
    "join without time": (InstanceDraft("visits", "target", ("id",), joins=(WEATHER,)), "needs a prediction time"),
    "join on part of the key": (
        InstanceDraft("visits", "target", ("id",), "at", joins=(Join(0, "weather", (), as_of=True),)),
        "on all of its key columns",
    ),
    "join of another type": (
        InstanceDraft("visits", "target", ("id",), "at", joins=(Join(0, "weather", (("target", "station"),)),)),
        "'target' is category but 'weather.station' is integer",
    ),
    "many rows per key": (
        InstanceDraft("visits", "target", ("id",), "at", joins=(Join(0, "weather", (("id", "station"),)),)),
        "has many rows per key",
    ),
}


@pytest.mark.parametrize("case", BAD_DRAFTS)
def test_a_wrong_declaration_is_refused(tmp_path: Path, member: Member, now: datetime, case: str) -> None:
    project_id = made(tmp_path, member, now)
    file = written(tmp_path, "station,hour,wind\n1,2026-01-01,3.5\n1,2026-01-02,4.5\n")
    draft, words = BAD_DRAFTS[case]

    with transaction() as session:
        load_table(session, member, project_id, TableSource("weather", file, ("station",), "hour"), now)
    with pytest.raises(Invalid) as caught, transaction() as session:
        declare_instances(session, member, project_id, draft, now)

    assert words in caught.value.sentence


def test_reading_needs_no_more_than_a_role_that_may(tmp_path: Path, member: Member, now: datetime) -> None:
    viewer = Member(member.id, "eve", "Eve", frozenset({Role.VIEWER}))
    table = visits(made(tmp_path, member, now))

    with pytest.raises(Forbidden, match="Eve may not edit data"), transaction() as session:
        append_rows(session, viewer, table.id, [], now)
    with pytest.raises(NotFound, match="no feature table 'nope'; |no feature table 'nope'"), reading() as session:
        get_table_named(session, table.project_id, "nope")
