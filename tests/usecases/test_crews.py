"""The folders in which the processes of a run meet."""

from datetime import datetime, timedelta

from db.session import transaction
from mms.domain.jobs import LEASE_SECONDS, JobDraft, JobKind
from mms.settings import settings
from mms.usecases.crews import crew_of, sweep_spool
from mms.usecases.jobs import claim, enqueue


def test_each_attempt_at_a_job_has_a_folder_of_its_own_and_sweeps_those_before(
    sqlite_store: str, now: datetime
) -> None:
    with transaction() as session:
        enqueue(session, JobDraft(JobKind.RUN, {}), now)
        first = claim(session, "a", now)
    later = now + timedelta(seconds=2 * LEASE_SECONDS)
    assert first is not None

    with crew_of(first, is_small=False) as lost:
        held = lost.share("of an attempt that does not know that it lost its job")
        with transaction() as session:
            second = claim(session, "b", later)
        assert second is not None
        with crew_of(second, is_small=False) as crew:
            kept = crew.share("of the attempt that holds the job")
            sweep_spool()

            assert crew.fetch(kept) == "of the attempt that holds the job"
            assert not held.where.exists()
            assert len(list(settings().spool.iterdir())) == 1
    assert not list(settings().spool.iterdir())
