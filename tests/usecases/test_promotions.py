"""Promotions: judged, signed, reasoned; the ledger only grows."""

from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from db import models as tables
from db.queries.promotions import advice_for, champions, find_champion, promotions
from db.session import reading, transaction
from mms.domain.buckets import Sums
from mms.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mms.domain.members import Member, Role
from mms.domain.promotions import Seating
from mms.usecases.models import archive_models
from mms.usecases.promotions import promote, roll_back
from tests.wards import MARCH, a_model, a_snapshot, a_world, confused

DAY = timedelta(days=1)


@pytest.fixture
def project(store: str, member: Member, now: datetime, tmp_path: Path) -> int:
    """Wards without any model, with one snapshot."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        a_snapshot(session, project_id, 1, now)
    return project_id


def model(project: int, version: int, *, snapshot: int = 1, **known: object) -> int:
    with transaction() as session:
        row = session.query(tables.Snapshot).filter_by(project_id=project, number=snapshot).one_or_none()
        snapshot_id = row.id if row else a_snapshot(session, project, snapshot, MARCH)
        return a_model(session, project, snapshot_id, version, MARCH, **known)  # type: ignore[arg-type]


def seat(member: Member, model_id: int, at: datetime = MARCH, *, scope: str = "global", against: bool = False) -> int:
    with transaction() as session:
        return promote(session, member, Seating(model_id, "said so", scope, against), at)


def state(model_id: int) -> str:
    with reading() as session:
        return session.get_one(tables.Model, model_id).state


def test_nobody_is_unseated_by_one_who_saw_another_in_the_seat(project: int, member: Member) -> None:
    first, second = model(project, 1, score=0.4), model(project, 2, score=0.9)
    seat(member, first)
    blind = Seating(second, "the seat was empty when I looked", former=0, against_advice=True)

    with pytest.raises(Conflict, match="changed while you looked: v1 .*, seated by"), transaction() as session:
        promote(session, member, blind, MARCH)

    with transaction() as session:
        promote(session, member, Seating(second, "it is better", former=first, against_advice=True), MARCH)
    assert (state(first), state(second)) == ("retired", "champion")


def test_an_empty_seat_is_taken(project: int, member: Member) -> None:
    model_id = model(project, 1, score=0.4)

    seat(member, model_id)

    with reading() as session:
        (champion,) = champions(session, project)
    assert champion.model.id == model_id
    assert champion.model.touched_at == MARCH
    assert (champion.promotion.promoted_by, champion.promotion.reason) == (member.display_name, "said so")
    assert champion.promotion.verdict == "the seat is empty"
    assert champion.promotion.evidence is not None
    assert champion.promotion.evidence.challenger == 0.4
    assert state(model_id) == "champion"


def test_models_of_one_snapshot_are_judged_on_its_newest_rows(project: int, member: Member) -> None:
    seat(member, model(project, 1, holdout=confused(50, 50, 50, 850), score=0.9))
    better = model(project, 2, holdout=confused(60, 40, 40, 860), score=0.1)

    with reading() as session:
        advice = advice_for(session, better)

    assert advice.verdict.promote
    assert advice.evidence is not None
    assert (advice.evidence.champion, advice.evidence.challenger) == (pytest.approx(0.5), pytest.approx(0.6))
    assert (advice.evidence.rows, advice.evidence.source) == (1000, "the same newest rows")


def test_without_a_hold_out_folds_are_compared_and_named(project: int, member: Member) -> None:
    seat(member, model(project, 1, score=0.50))

    near, ahead = model(project, 2, score=0.505), model(project, 3, score=0.52)

    with reading() as session:
        close, far = advice_for(session, near), advice_for(session, ahead)

    assert not close.verdict.promote
    assert far.verdict.promote
    assert far.verdict.reason == "gain +0.020 on the same 12 folds, margin 0.010"


def test_another_snapshots_scores_are_never_compared(project: int, member: Member) -> None:
    seat(member, model(project, 1, score=0.1))
    challenger = model(project, 2, snapshot=2, score=0.9)

    with pytest.raises(Conflict, match="retrain to compare them"):
        seat(member, challenger)

    assert state(challenger) == "candidate"


def test_a_retrainings_evidence_holds_only_against_the_champion_it_met(project: int, member: Member) -> None:
    first = model(project, 1)
    seat(member, first)
    newest = {
        "metric": "f1", "champion_model_id": first, "champion": 0.30, "challenger": 0.40, "rows": 812,
        "source": "the newest rows",
    }  # fmt: skip
    challenger = model(project, 2, snapshot=2, newest=newest)

    with reading() as session:
        met = advice_for(session, challenger)
    seat(member, model(project, 3, score=0.9))
    with reading() as session:
        unmet = advice_for(session, challenger)

    assert met.verdict.promote
    assert met.evidence is not None
    assert met.evidence.rows == 812
    assert (unmet.verdict.promote, unmet.evidence) == (False, None)


def test_against_the_advice_is_possible_and_recorded_only_when_it_was(project: int, member: Member) -> None:
    seat(member, model(project, 1, score=0.5), against=True)
    worse = model(project, 2, score=0.4)

    with pytest.raises(Conflict, match="against the advice"):
        seat(member, worse)
    seat(member, worse, against=True)

    with reading() as session:
        newest, oldest = promotions(session, project)
    assert (newest.against_advice, oldest.against_advice) == (True, False)
    assert newest.verdict.startswith("gain -0.100")


def test_the_former_champion_retires_when_it_holds_no_other_seat(project: int, member: Member) -> None:
    first, second = model(project, 1, score=0.4), model(project, 2, score=0.5)
    seat(member, first)
    seat(member, first, scope="group:ward=south")

    seat(member, second)
    still = state(first)
    seat(member, second, scope="group:ward=south")

    assert still == "champion"
    assert (state(first), state(second)) == ("retired", "champion")


def test_champions_of_the_past_can_be_asked_for(project: int, member: Member) -> None:
    first, second = model(project, 1, score=0.4), model(project, 2, score=0.5)
    seat(member, first, MARCH)
    seat(member, second, MARCH + DAY)

    with reading() as session:
        past = champions(session, project, MARCH + DAY / 2)
        before = champions(session, project, MARCH - DAY)
        present = find_champion(session, project)

    assert [c.model.id for c in past] == [first]
    assert before == []
    assert present is not None
    assert present.model.id == second


def test_rolling_back_walks_down_the_ledger(project: int, member: Member) -> None:
    models = [model(project, version, score=version / 10) for version in (1, 2, 3)]
    for model_id in models:
        seat(member, model_id)

    for expected in (models[1], models[0]):
        with transaction() as session:
            roll_back(session, member, project, MARCH + DAY, scope="global", reason="it misbehaves")
        with reading() as session:
            champion = find_champion(session, project)
        assert champion is not None
        assert champion.model.id == expected
    with pytest.raises(Conflict, match="No champion sat"), transaction() as session:
        roll_back(session, member, project, MARCH + DAY, scope="global", reason="it misbehaves")

    with reading() as session:
        ledger = promotions(session, project)
    assert len(ledger) == 5
    assert ledger[0].verdict == "rolled back from v2 logistic regression to the champion before it"
    assert [state(model_id) for model_id in models] == ["champion", "retired", "retired"]


def test_who_archives_waits_for_who_promotes(project: int, member: Member) -> None:
    model_id = model(project, 1)
    refusals: list[Exception] = []

    def archive() -> None:
        try:
            with transaction() as session:
                archive_models(session, member, [model_id], MARCH)
        except Conflict as error:
            refusals.append(error)

    with transaction() as session:
        promote(session, member, Seating(model_id, "the first one"), MARCH)
        other = Thread(target=archive)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join()

    assert [str(error).partition(":")[0] for error in refusals] == ["v1 sits as champion"]
    with reading() as session:
        assert session.get_one(tables.Model, model_id).archived_at is None


def test_what_cannot_be_promoted_says_why(project: int, member: Member) -> None:
    first, archived = model(project, 1), model(project, 2)
    seat(member, first)
    with transaction() as session:
        session.get_one(tables.Model, archived).archived_at = MARCH

    with pytest.raises(Conflict, match="champion of 'global' already"):
        seat(member, first, against=True)
    with pytest.raises(Conflict, match="is archived"):
        seat(member, archived, against=True)
    with pytest.raises(NotFound, match="no model 999"):
        seat(member, 999)
    with pytest.raises(Invalid, match="is no scope"):
        seat(member, first, scope="everyone")
    with pytest.raises(Invalid, match="needs a reason"), transaction() as session:
        promote(session, member, Seating(first, " "), MARCH)
    with pytest.raises(Forbidden), transaction() as session:
        promote(session, Member(2, "bob", "Bob", frozenset({Role.SCIENTIST})), Seating(first, "because"), MARCH)
    with reading() as session:
        assert len(promotions(session, project)) == 1


def test_a_hold_out_that_does_not_determine_the_metric_is_no_evidence(project: int, member: Member) -> None:
    seat(member, model(project, 1, holdout=Sums(), score=0.5))
    challenger = model(project, 2, holdout=Sums(), score=0.6)

    with reading() as session:
        advice = advice_for(session, challenger)

    assert advice.evidence is not None
    assert advice.evidence.source == "the same 12 folds"
