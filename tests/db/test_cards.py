"""The card of a model that answers, of one that never did, and on paper."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from db.models import Snapshot as SnapshotRow
from db.queries.cards import model_card
from db.queries.tables import get_table_named
from db.session import reading, transaction
from mms.domain.cards import DAYS
from mms.domain.column_notes import NoteDraft
from mms.domain.errors import NotFound
from mms.domain.members import Member
from mms.domain.promotions import Seating
from mms.reports.html import to_html
from mms.reports.model_card import card_paper
from mms.reports.pdf import to_pdf
from mms.usecases.column_notes import note_columns
from mms.usecases.models import describe_model
from mms.usecases.promotions import promote
from tests.staged import a_stage

SCRIPT = "<script>alert(1)</script>"


@pytest.mark.slow
def test_the_card_tells_the_whole_story_of_a_model(store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    stage = a_stage(member, tmp_path, now)
    first, second = stage.models[:2]
    with transaction() as session:
        promote(session, member, Seating(second.id, "we try it", against_advice=True), now)
        describe_model(session, member, first.id, f"**Good** {SCRIPT}", now)
        table = get_table_named(session, stage.project.id, "points")
        note_columns(session, member, table.id, {"x": NoteDraft(f"to the right {SCRIPT}", "survey", "ada")}, now)
    with reading() as session:
        old, new = (model_card(session, member, model.id, now - timedelta(days=10)) for model in (first, second))

    assert old.seats == ()
    assert old.decay.decaying is None
    assert [one.words[-len("replaced by v2 on 2026-03-01.") :] for one in old.history] == [
        f"replaced by v{second.version} on 2026-03-01."
    ]
    assert len(old.daily) == DAYS
    assert sum(count for _, count in old.daily) == 120
    assert "It gave 120 answers in the last 30 days" in old.traffic_words
    assert {one.column.name: one.note and one.note.said.owner for one in old.columns} == {"x": "ada", "y": None}
    assert all(one.profile is not None and " to " in one.range_words for one in old.columns)
    assert set(old.rivals) == {"champion", "Dummy baseline"}
    assert [
        words.partition(" (")[0] for words in replace(old, rivals={"twin": first, "rival": second}).rival_words
    ] == [
        f"It is as good as the twin, {first.name}",
        f"It is {first.score - second.score:.3f} F1 better than the rival, {second.name}",
    ]
    assert [seat.model_id for seat in new.seats] == [second.id]
    assert new.traffic_words == "It gave no answer in the last 30 days."
    page = to_html(card_paper(old))
    assert "<strong>Good</strong> &lt;script&gt;" in page
    assert "to the right &lt;script&gt;" in page
    assert "<script" not in page
    assert to_pdf(card_paper(new)).startswith(b"%PDF-")


@pytest.mark.slow
def test_a_card_does_without_a_snapshot_that_was_deleted(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    stage = a_stage(member, tmp_path, now, a_month=1)
    with transaction() as session:
        session.get_one(SnapshotRow, stage.models[0].snapshot_id).deleted_at = now
    with reading() as session:
        card = model_card(session, member, stage.models[0].id, now)

    assert card.snapshot is None
    assert "deleted since" in to_html(card_paper(card))
    with pytest.raises(NotFound), reading() as session:
        model_card(session, member, 999, now)
