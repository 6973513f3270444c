"""Runs: launched, followed, stopped, run again."""

import time
from argparse import ArgumentParser, Namespace, _SubParsersAction
from dataclasses import replace

from sqlalchemy.orm import Session

from db.queries.jobs import jobs
from db.queries.models import get_model
from db.queries.projects import get_project, get_project_named
from db.queries.runs import RunPage, get_run, run_page, run_triples, runs
from db.queries.snapshots import get_snapshot, snapshots
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, say, table, verb
from mms.cli.searches import add_space, cost_of, launch_of, planned_launch
from mms.cli.snapshots import add_selection, selection
from mms.domain.comparison import standings_words
from mms.domain.errors import Conflict, Invalid, Unavailable
from mms.domain.jobs import JobState
from mms.domain.promotions import GLOBAL
from mms.domain.runs import Launch, Retraining
from mms.domain.scopes import SCOPES
from mms.domain.snapshots import Selection, Snapshot
from mms.usecases.comparisons import standings
from mms.usecases.fan_out import fan_out, planned_fan_out
from mms.usecases.refits import refit_model, update_model
from mms.usecases.runs import cancel_run, launch_run, retrain

_TELL_AFTER, _GIVE_UP_AFTER = 5.0, 60.0
"""Seconds that a run may stay queued while no job runs, before --wait says so, and before it ends."""


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of runs."""
    noun = group(verbs, "run", "runs: launch, fan-out, retrain, refit, update, list, status, standings, cancel, again")
    launch = verb(noun, "launch", "fit a search space on a snapshot", _launch)
    launch.add_argument("project", help="name or id")
    launch.add_argument("--snapshot", type=int, help="id (default: the newest)")
    launch.add_argument("--scope", default=GLOBAL, help=SCOPES)
    groups = verb(noun, "fan-out", "fit the same triples for every group that has rows enough", _fan_out)
    groups.add_argument("project", help="name or id")
    groups.add_argument("--column", required=True, help="a run for every value of this column")
    groups.add_argument("--minimum-rows", type=int, required=True, help="that has at least so many rows")
    groups.add_argument("--snapshot", type=int, help="id (default: the newest)")
    for parser in (launch, groups):
        parser.add_argument("--seed", type=int, default=0)
        add_space(parser)
    refit = verb(noun, "refit", "fit a promoted model's triple on all rows, those of the hold-out too", _new_version)
    update = verb(noun, "update", "go on where a model stopped, with the rows labelled since", _new_version)
    for parser in (refit, update):
        parser.add_argument("model", type=int, metavar="MODEL", help="id of the model")
    again = verb(noun, "again", "launch an earlier run again: its triples, its search, its scope", _again)
    again.add_argument("run", type=int, metavar="RUN", help="id of the run")
    again.add_argument("--snapshot", type=int, help="id of another snapshot")
    again.add_argument("--seed", type=int, help="another seed")
    retraining = verb(noun, "retrain", "challenge a scope's champion on a new snapshot", _retrain)
    retraining.add_argument("project", help="name or id")
    retraining.add_argument("--scope", default=GLOBAL)
    add_selection(retraining)
    verb(noun, "list", "list a project's runs, newest first", _list).add_argument("project", help="name or id")
    status = verb(noun, "status", "show a run and its triples", _status)
    status.add_argument("run", type=int, metavar="RUN", help="id of the run")
    standing = verb(
        noun, "standings", "how a run's models stand against its best, and which is the simplest", _standings
    )
    standing.add_argument("run", type=int, metavar="RUN", help="id of the run")
    cancel = verb(noun, "cancel", "stop a run; finished models stay", _cancel)
    cancel.add_argument("run", type=int, metavar="RUN", help="id of the run")
    for parser in (launch, again, retraining, refit, update, status):
        parser.add_argument("--wait", action="store_true", help="until it is finished")


def _launch(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        snapshot = _snapshot(session, project.id, args.snapshot)
        plan = planned_launch(session, member, snapshot, args)
        if args.preview:
            return cost_of(plan)
        launch = replace(launch_of(plan, snapshot, args), scope=args.scope)
        run_id = launch_run(session, member, launch, now)
    return _shown(run_id, wait=args.wait)


def _fan_out(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        snapshot = _snapshot(session, project.id, args.snapshot)
        launch = launch_of(planned_launch(session, member, snapshot, args), snapshot, args)
        planned = planned_fan_out(session, launch, args.column, args.minimum_rows)
        ids = [] if args.preview else fan_out(session, member, launch, args.column, args.minimum_rows, now)
    rows = [{"scope": one.scope, "rows": one.rows, "why not": one.why_not} for one in planned.groups]
    lines = [f"{'Would launch' if args.preview else 'Launched'} {planned.words}.", *table(rows, "It has no groups.")]
    return Output({"fan_out": planned, "runs": ids}, lines)


def _new_version(args: Namespace) -> Output:
    member, now = acting()
    launch = refit_model if args.verb == "refit" else update_model
    with transaction() as session:
        get_project(session, member, get_model(session, args.model).ranked.project_id)
        run_id = launch(session, member, args.model, now)
    return _shown(run_id, wait=args.wait)


def _snapshot(session: Session, project_id: int, given: int | None) -> Snapshot:
    found = snapshots(session, project_id)
    if not found:
        raise Conflict("There is no snapshot to learn from: take one with 'snapshot take'.")
    if given is None:
        return found[0]
    for snapshot in found:
        if snapshot.id == given:
            return snapshot
    raise Invalid(f"The project has no snapshot {given}; it has {', '.join(str(s.id) for s in found)}.")


def _again(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        before = get_run(session, args.run)
        snapshot_id = args.snapshot or before.snapshot_id
        if snapshot_id is None:
            raise Conflict(f"Run {before.number} never got its snapshot: name one with --snapshot.")
        if get_snapshot(session, snapshot_id).project_id != before.project_id:
            raise Invalid(f"Snapshot {snapshot_id} belongs to another project.")
        triples = tuple(run_triples(session, args.run))
        seed = before.seed if args.seed is None else args.seed
        launch = Launch(snapshot_id, triples, seed, before.search, before.scope)
        run_id = launch_run(session, member, launch, now)
    return _shown(run_id, wait=args.wait)


def _retrain(args: Namespace) -> Output:
    member, now = acting()
    chosen = selection(args)
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        request = Retraining(project.id, args.scope, None if chosen == Selection() else chosen)
        run_id = retrain(session, member, request, now)
    return _shown(run_id, wait=args.wait)


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = runs(session, get_project_named(session, member, args.project).id)
    rows = [
        {"id": r.id, "number": r.number, "kind": r.kind, "state": r.state, "triples": r.triples, "by": r.launched_by}
        for r in found
    ]
    return Output({"runs": found}, table(rows, "There are no runs yet: launch one with 'run launch'."))


def _status(args: Namespace) -> Output:
    return _shown(args.run, wait=args.wait)


def _standings(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = standings(session, member, args.run)
    if found is None:
        return Output({"standings": None, "words": None}, [f"Run {args.run} has no model yet."])
    words = standings_words(found).replace("**", "")
    rows = [{"id": row.model.id, "model": row.model.name, "stands": row.words} for row in found.rows]
    return Output({"standings": found, "words": words}, [words, "", *table(rows, "")])


def _cancel(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        cancel_run(session, member, args.run, now)
    return Output({"run": args.run}, [f"Run {args.run} is asked to stop; finished models stay."])


def _shown(run_id: int, *, wait: bool) -> Output:
    page = _finished(run_id) if wait else _page(run_id)
    run = page.run
    if wait and run.state is JobState.FAILED:
        raise Conflict(f"Run {run.id} failed: {run.error or 'its log says why'}")
    rows = [
        {
            "triple": f"{t.triple.algorithm} ({t.origin})",
            "state": t.state,
            "folds": t.folds_done,
            "score": None if t.score is None else f"{t.score:.4f} ± {t.score_sd or 0:.4f}",
            "model": t.model_id,
            "error": t.error,
        }
        for t in page.triples
    ]
    lines = [f"Run {run.number} (id {run.id}) is {run.state}.", *table(rows, "It has no triples yet.")]
    return Output({"run": page}, lines)


def _page(run_id: int) -> RunPage:
    with reading() as session:
        return run_page(session, run_id)


def _finished(run_id: int) -> RunPage:
    """Follow a run to its end; say when nobody takes it up."""
    started, told, doing = time.monotonic(), False, ""
    while not (page := _page(run_id)).run.state.is_final:
        words = f"{page.run.progress.done} of {page.run.progress.total} {page.run.progress.doing}".strip()
        if words != doing and page.run.state is JobState.RUNNING:
            say(words)
            doing = words
        waited = time.monotonic() - started
        if page.run.state is not JobState.QUEUED or _somebody_works():
            started, told = time.monotonic(), False
        elif waited > _GIVE_UP_AFTER:
            raise Unavailable(f"Run {run_id} stays queued, for no worker is alive: start one with 'worker' or 'serve'.")
        elif waited > _TELL_AFTER and not told:
            say("No worker is alive: start one with 'python -m mms worker' or 'python -m mms serve'.")
            told = True
        time.sleep(0.5)
    return page


def _somebody_works() -> bool:
    with reading() as session:
        return any(job.state is JobState.RUNNING for job in jobs(session))
