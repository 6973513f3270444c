"""How models end and what asks for somebody, in words on the command line."""

from datetime import UTC, datetime, timedelta

import pytest

from db import models as tables
from db.session import transaction
from mms.cli.main import main
from tests import rows

NOW = datetime.now(UTC)


def said(argv: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    assert main(argv) == code
    out, err = capsys.readouterr()
    return out if code == 0 else err


def test_models_are_aged_and_restored(sqlite_store: str, capsys: pytest.CaptureFixture[str]) -> None:
    with transaction() as session:
        project_id = rows.a_project(session, NOW)
        (only,) = rows.bare_models(session, project_id, NOW - timedelta(days=50), 1)
        session.get_one(tables.Model, only).state = "candidate"

    preview = said(["ageing", "preview", "flights", "--unused-days", "40"], capsys)
    assert preview.splitlines()[0] == "Models are retired after 40 days without an answer."
    assert "nobody has asked it in 50 days" in preview
    assert said(["ageing", "apply", "flights"], capsys) == "Nothing was due.\n"
    said(["project", "edit", "flights", "--retire-unused-days", "40"], capsys)
    assert said(["ageing", "apply", "flights"], capsys).startswith("Retired v1 ")
    assert said(["ageing", "restore", str(only)], capsys) == f"Model {only} is restored: it may be chosen again.\n"
    assert "not retired: there is nothing to restore" in said(["ageing", "restore", str(only)], capsys, 1)
    said(["project", "edit", "flights", "--retire-unused-days", "0"], capsys)
    assert "never retired by themselves" in said(["ageing", "preview", "flights"], capsys)


def test_alerts_are_listed_and_answered(sqlite_store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(["alerts", "list"], capsys) == "Nothing asks for you.\n"
    with transaction() as session:
        project_id = rows.a_project(session, NOW)
        content = {"what": "v1 decays", "sure": "Sure.", "do": "Retrain.", "page": "decay"}
        session.add(
            tables.Alert(project_id=project_id, key="decay:global", kind="decay", content=content, raised_at=NOW)
        )

    assert "v1 decays" in said(["alerts", "list", "flights"], capsys)
    assert said(["alerts", "snooze", "1", "--days", "3"], capsys).startswith("Alert 1 sleeps until ")
    assert said(["alerts", "acknowledge", "1"], capsys).startswith("Alert 1 is acknowledged by ")
    assert "already" in said(["alerts", "acknowledge", "1"], capsys, 1)
    made = said(["alerts", "add-channel", "flights", "webhook", "https://example.org/hook"], capsys)
    assert made.splitlines()[1].startswith("Its secret, told this once: ")
    assert "https://example.org/hook" in said(["alerts", "channels", "flights"], capsys)
    assert "is no e-mail address" in said(["alerts", "add-channel", "flights", "email", "ada"], capsys, 1)
    assert said(["alerts", "deliveries", "flights"], capsys) == "Nothing was sent yet.\n"
