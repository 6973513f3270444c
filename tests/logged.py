"""Logs of models served elsewhere, as a stranger writes them."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from db.session import transaction
from mms.domain.logs import LogColumns, LogModel, LogRequest
from mms.domain.members import Member
from mms.domain.projects import ProjectDraft, Task
from mms.usecases.logs import import_log

SEEN = datetime(2025, 9, 1, tzinfo=UTC)
"""All of the log lies before it."""

BOOKINGS = ProjectDraft("Bookings", Task.BINARY, primary_metric="roc_auc", positive_class="yes")


def a_log(rows: int = 1_000, every: str = "3h") -> pd.DataFrame:
    """Answers of a binary model from January 2025 on, with features, and truths that come a day later."""
    chance = np.random.default_rng(5)
    at = pd.date_range("2025-01-01", periods=rows, freq=every, tz="UTC")
    score = chance.random(rows).round(3)
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "predicted_at": at,
            "age": chance.integers(18, 80, rows),
            "plan": chance.choice(["basic", "family"], rows),
            "score": score,
            "truth": np.where(chance.random(rows) < score, "yes", "no"),
            "truth_at": at + pd.Timedelta(days=1),
        }
    )


def request_of(log: pd.DataFrame, folder: Path, name: str | None = "scorer", **columns: str) -> LogRequest:
    """The log as a CSV file, to be imported."""
    file = folder / "log.csv"
    log.to_csv(file, index=False)
    return LogRequest(file, LogColumns(**columns), name)  # type: ignore[arg-type]


def imported(
    member: Member, folder: Path, log: pd.DataFrame, target: int | ProjectDraft = BOOKINGS, name: str | None = "scorer"
) -> list[LogModel]:
    """What became of the log's models."""
    return import_log(transaction, member, target, request_of(log, folder, name), SEEN)
