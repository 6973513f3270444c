"""`python -m mms worker`: where the kinds of work meet the code that does them."""

import logging
import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Event, Thread

from db.locks import held_alone
from db.migrate import migrate
from db.session import transaction
from mms.domain.errors import Conflict
from mms.domain.jobs import JobKind, Schedule
from mms.settings import settings
from mms.usecases.schedules import ensure_schedule
from mms.worker.supervisor import Supervisor

HANDLERS: Mapping[JobKind, str] = {
    JobKind.RUN: "mms.usecases.fitting:fit_run",
    JobKind.PICTURES: "mms.worker.pictures:draw_pictures",
    JobKind.CHECK_TRIGGERS: "mms.worker.handlers:check_all_triggers",
    JobKind.SNAPSHOTS: "mms.usecases.snapshot_schedules:take_due_snapshots",
    JobKind.PUBLISH: "mms.usecases.drafts:publish_due",
    JobKind.CLUSTERING: "mms.usecases.clusterings:cluster_snapshot",
    JobKind.DIAGNOSTICS: "mms.usecases.diagnostics:make_diagnostics",
    JobKind.FEATURES: "mms.usecases.drift:count_all_features",
    JobKind.ESTIMATES: "mms.usecases.estimates:learn_all_estimates",
    JobKind.BACKTEST: "mms.usecases.backtests:fit_backtest",
    JobKind.ANSWERS: "mms.usecases.buckets:fold_all",
    JobKind.SEGMENT: "mms.usecases.recounts:count_segment",
    JobKind.RETENTION: "mms.usecases.retention:drop_all_old_rows",
    JobKind.AGEING: "mms.usecases.ageing:age_all_models",
    JobKind.ALERTS: "mms.worker.delivery:watch_and_alert",
    JobKind.DEMO_REPLAY: "mms.demo.replay:replay_job",
}
"""The only code a job can name."""

SCHEDULES = (
    Schedule("check triggers", JobKind.CHECK_TRIGGERS, {}, "* * * * *"),
    Schedule("take scheduled snapshots", JobKind.SNAPSHOTS, {}, "* * * * *"),
    Schedule("publish promotions", JobKind.PUBLISH, {}, "* * * * *"),
    Schedule("count answers", JobKind.ANSWERS, {}, "* * * * *"),
    Schedule("drop old rows", JobKind.RETENTION, {}, "17 3 * * *"),
    Schedule("watch and alert", JobKind.ALERTS, {}, "* * * * *"),
    Schedule("age models", JobKind.AGEING, {}, "41 3 * * *"),
    Schedule("count features", JobKind.FEATURES, {}, "* * * * *"),
    Schedule("learn estimates", JobKind.ESTIMATES, {}, "* * * * *"),
)


def main(*, parent_pipe: bool = False) -> int:
    """Work until SIGTERM, SIGINT or, with parent_pipe, the end of standard input. Conflict: one works here already."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if parent_pipe:
        Thread(target=_stop_with_parent, args=(stop,), name="parent pipe", daemon=True).start()
    now = datetime.now(UTC)
    migrate(settings(), now)
    with held_alone("worker") as alone:
        if not alone:
            raise Conflict("A worker of this host already serves this store: stop it first, or let it do the work.")
        with transaction() as session:
            for schedule in SCHEDULES:
                ensure_schedule(session, schedule, now)
        logging.getLogger(__name__).info("The worker is ready.")
        Supervisor(HANDLERS, stop).run()
    return 0


def _stop_with_parent(stop: Event) -> None:
    while os.read(sys.stdin.fileno(), 1024):  # not sys.stdin: its lock, held in a thread, aborts the interpreter's end
        pass
    stop.set()
