"""The admin page: what of the site's settings file is left out, and why."""

import pytest
from streamlit.testing.v1 import AppTest

from db.models import Job as JobRow
from db.queries import jobs
from db.session import reading, transaction
from mms.domain.jobs import JobDraft, JobKind, JobState
from mms.settings import settings
from mms.usecases.jobs import enqueue
from pages.parts import job_table
from tests.conftest import NOW
from tests.pages.conftest import Open


@pytest.mark.slow
def test_a_wrong_entry_of_the_settings_file_is_told(open_page: Open) -> None:
    settings().site_file.write_text('[[algorithms]]\nname = "ours"\nclass = "nowhere.at:All"\n')

    app = open_page("admin")

    assert not app.exception
    (warning,) = app.warning
    assert "entry 'ours' of algorithms is left out: 'nowhere.at:All' cannot be imported" in warning.value


def test_upkeep_is_left_out_of_the_jobs_until_one_asks_for_it_unless_it_failed(open_page: Open) -> None:
    with transaction() as session:
        ended = {
            enqueue(session, JobDraft(kind, {}), NOW): state
            for kind, state in [
                (JobKind.RUN, JobState.SUCCEEDED),
                (JobKind.ALERTS, JobState.SUCCEEDED),
                (JobKind.AGEING, JobState.QUEUED),
                (JobKind.ANSWERS, JobState.FAILED),
            ]
        }
        for job_id, state in ended.items():
            row = session.get(JobRow, job_id)
            assert row is not None
            row.state = state.value

    app = open_page("admin")
    before = list(app.dataframe[0].value["kind"])
    app.checkbox(key="upkeep").check().run()

    assert not app.exception
    assert before == ["count answers", "run"]
    assert list(app.dataframe[0].value["kind"]) == ["count answers", "age models", "watch and alert", "run"]
    assert app.checkbox(key="upkeep").label == "Show upkeep too (2 jobs)"


def test_upkeep_that_runs_is_told_and_much_of_it_is_not_counted_to_its_end(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (jobs, job_table):
        monkeypatch.setattr(module, "COUNT_CAP", 2)
    with transaction() as session:
        ids = [enqueue(session, JobDraft(JobKind.ALERTS, {}), NOW) for _ in range(4)]
        session.get_one(JobRow, ids[-1]).state = JobState.RUNNING.value

    app = open_page("admin")

    assert not app.exception
    assert "Nobody has asked for a job here yet. 1 job of upkeep runs now." in [m.value for m in app.markdown]
    assert app.checkbox(key="upkeep").label == "Show upkeep too (2+ jobs)"
    with reading() as session:
        assert jobs.quiet_upkeep(session) == 3


def test_a_page_that_breaks_says_one_sentence_and_the_log_holds_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        from streamlit.error_util import handle_user_script_exception

        from pages.parts.told import tell_break

        try:
            raise ZeroDivisionError("nobody reads this")
        except ZeroDivisionError as error:
            handle_user_script_exception(error, tell_break)

    app = AppTest.from_function(broken).run()

    assert not app.exception
    (said,) = app.error
    assert said.value.startswith("This part of the page broke, through no fault of yours. Reload the page;")
    assert "nobody" not in said.value
    assert "nobody reads this" in caplog.text
