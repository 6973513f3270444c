"""Triggers and schedules from the command line: a whole rule in arguments."""

import json
from pathlib import Path
from typing import Any

import pytest

from db.session import transaction
from mms.cli.main import main
from mms.usecases.members import ensure_local_admin
from tests.wards import MARCH, a_world


@pytest.fixture
def wards(sqlite_store: str, tmp_path: Path) -> int:
    """A project without a model."""
    with transaction() as session:
        local = ensure_local_admin(session, MARCH)
    return a_world(tmp_path, local, MARCH)


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, Any]:
    code = main([*argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


FULL = (
    "time", "0 2 * * 1", "--zone", "Europe/Berlin", "--when", "decay=0.05", "--when", "size=500", "--needs", "2",
    "--metric", "f1", "--grain", "week", "--quiet", "22:00-06:00", "--budget", "2/30", "--minimum-labels", "200",
    "--window", "28", "--space", "champion", "--scope", "group:ward=north", "--name", "watch",
)  # fmt: skip


def test_a_whole_rule_is_said_in_arguments(wards: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "triggers", "add", "Wards", *FULL)[0] == 0
    (row,) = run(capsys, "triggers", "list", "Wards")[1]["triggers"]
    preview = run(capsys, "triggers", "preview", "Wards", "time", "30")[1]

    rule = row["trigger"]["rule"]
    assert [condition["kind"] for condition in rule["conditions"]] == ["time", "decay", "size"]
    assert (rule["conditions"][0]["cron"], rule["conditions"][1]["grain"]) == ("0 2 * * 1", "week")
    assert (rule["needs"], rule["budget"], rule["minimum_labels"]) == (2, {"firings": 2, "days": 30}, 200)
    assert rule["quiet"] == {"from": "22:00", "to": "06:00", "zone": "Europe/Berlin"}
    assert (rule["window"], rule["space"]) == ({"kind": "last days", "days": 28}, "champion")
    assert (row["trigger"]["name"], row["trigger"]["scope"]) == ("watch", "group:ward=north")
    assert preview["past"] == "Without a champion there is no past to read it in."


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("time", "0 0 31 2 *"), "never comes"),
        (("size", "many"), "'many' is no number"),
        (("size", "5", "--needs", "some"), "cannot be read"),
        (("size", "5", "--when", "moon=3"), "cannot be read"),
        (("size", "5", "--when", "decay"), "is no number"),
        (("size", "5", "--quiet", "22:00"), "no time of day"),
        (("size", "5", "--budget", "2"), "cannot be read"),
        (("size", "5", "--window", "moon"), "cannot be read"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(
    wards: int, capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], told: str
) -> None:
    code, answer = run(capsys, "triggers", "add", "Wards", *argv)

    assert code == 1
    assert told in answer["error"]["sentence"]


def test_schedules_are_kept_from_the_command_line(wards: int, capsys: pytest.CaptureFixture[str]) -> None:
    made = run(capsys, "schedules", "add", "Wards", "0 2 * * *", "--zone", "Europe/Berlin", "--last-days", "90")[1]
    edited = run(capsys, "schedules", "edit", str(made["schedule"]), "--no-enabled")
    (row,) = run(capsys, "schedules", "list", "Wards")[1]["schedules"]
    deleted = run(capsys, "schedules", "delete", str(made["schedule"]))

    assert (edited[0], deleted[0], row["enabled"], row["selection"]["amount"]) == (0, 0, False, 90)
    assert run(capsys, "schedules", "list", "Wards")[1] == {"schedules": []}
