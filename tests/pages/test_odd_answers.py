"""Answers that nobody would expect: each tab of the decay page says what it can in a sentence, and the rest works."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.session import transaction
from mms.domain.drift import FeatureKind
from mms.domain.members import Member
from mms.domain.promotions import Seating
from mms.monitoring.references import learnt
from mms.usecases.buckets import fold_buckets
from mms.usecases.drift import count_features
from mms.usecases.promotions import promote
from tests.answered import put
from tests.conftest import NOW
from tests.drifted import a_reference
from tests.pages.conftest import Open
from tests.wards import MARCH, a_model, a_snapshot, a_world

DAY = timedelta(days=1)
TABS = ("Decay", "Age", "Segments", "Drift", "Promised", "Why", "Labels")

ODD = {
    "of one class, some before the model existed": [
        *((i * DAY / 8, "yes", "yes") for i in range(240)),
        *((-4_000 * DAY - i * DAY / 8, "no", "no") for i in range(240)),
    ],
    "with one label in a year, some of the future up to the end of the calendar": [
        *((i * 3 * DAY, "yes", "no" if i == 7 else None) for i in range(120)),
        *((200_000 * DAY + i * DAY, "yes", None) for i in range(40)),
        (datetime(9999, 12, 31, 23, tzinfo=UTC) - MARCH, "no", None),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD)
def test_odd_answers_leave_every_tab_a_sentence_or_a_chart(
    open_page: Open, admin: Member, tmp_path: Path, odd: str
) -> None:
    project_id = a_world(tmp_path, admin, MARCH)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, MARCH), 1, MARCH)
        promote(session, admin, Seating(model_id, "the first one"), MARCH)
        constant = learnt("age", FeatureKind.NUMBERS, [40.0] * 100)
        a_reference(session, model_id, [learnt("ward", FeatureKind.CATEGORIES, ["north"] * 100), constant], MARCH)
        rows = [
            {
                "label": label, "truth": truth, "truth_at": None if truth is None else MARCH + at + timedelta(hours=1),
                "predicted_at": MARCH + at, "score": 0.9, "features": {"ward": "north", "age": 40.0},
            }
            for at, label, truth in ODD[odd]
        ]  # fmt: skip
        put(session, project_id, model_id, rows)
        while fold_buckets(session, project_id, NOW):
            pass
    while count_features(transaction, project_id, NOW):
        pass

    for tab in TABS:
        page = open_page("decay", tab=tab, grain="Day")

        assert not page.exception, tab
        assert not page.error, tab
        assert page.markdown, tab
