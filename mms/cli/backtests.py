"""Back-tests: planned, asked for, and policies replayed on them."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from db.queries.backtests import backtests
from db.queries.projects import get_project_named
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, read_json, table, verb
from mms.domain.backtests import Backtest, BacktestDraft, PeriodKind, Replays, headline
from mms.domain.rules import rule_from_json


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of back-tests."""
    noun = group(verbs, "backtest", "other retraining policies on the past: fit, list, replay, delete")
    fit = verb(noun, "fit", "queue a model at each past period's end", _fit)
    fit.add_argument("project", help="name or id")
    fit.add_argument("--period", choices=[kind.value for kind in PeriodKind], default=PeriodKind.WEEK.value)
    fit.add_argument("--rows", type=int, default=1000, help="rows a period, where periods are rows")
    fit.add_argument("--window-days", type=int, help="what each model learns from; default: all before it")
    fit.add_argument("--lead", type=int, help="periods that the first model learns from")
    fit.add_argument("--snapshot", type=int, help="id; default: the newest with a time")
    fit.add_argument("--model", type=int, help="id of the model whose triple is fitted; default: the champion's")
    fit.add_argument("--plan", action="store_true", help="only say what it takes")
    verb(noun, "list", "list back-tests", _list).add_argument("project", help="name or id")
    replay = verb(noun, "replay", "replay the project's triggers, and rules to try, beside the controls", _replay)
    replay.add_argument("backtest", type=int, help="id")
    replay.add_argument("--metric", help="default: the primary one; 'cost': by the project's costs of mistakes")
    replay.add_argument("--rule", help="a rule to try, as JSON")
    replay.add_argument("--file", type=Path, help="a file with the rule to try")
    replay.add_argument("--seed", type=int, default=0, help="of the retrainings at random")
    verb(noun, "delete", "delete a back-test with its losses", _delete).add_argument("backtest", type=int, help="id")


def _fit(args: Namespace) -> Output:
    from mms.usecases.backtests import ask_backtest, plan_backtest

    member, now = acting()
    draft = BacktestDraft(args.snapshot, args.model, PeriodKind(args.period), args.rows, args.window_days, args.lead)
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        plan = plan_backtest(session, member, project.id, draft)
        asked = None if args.plan else ask_backtest(session, member, project.id, draft, now)
    takes = (
        f"{plan.periods} periods of {plan.snapshot}: {plan.fits:,} fits and {plan.answers:,} answers of {plan.model}."
    )
    if asked is None:
        return Output({"plan": plan}, [takes])
    return Output({"backtest": asked, "plan": plan}, [takes, f"Back-test {asked.id} is {asked.state.value}."])


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = backtests(session, get_project_named(session, member, args.project).id)
    return Output({"backtests": found}, table([_row(one) for one in found], "There are none yet: 'backtest fit'."))


def _row(one: Backtest) -> dict[str, object]:
    done = f"{one.progress.done} of {one.fits}"
    return {"id": one.id, "model": one.model, "cut": one.draft.words, "state": one.state.value, "fits": done}


def _replay(args: Namespace) -> Output:
    from mms.usecases.policy_replays import replays

    member, _ = acting()
    tried = args.rule is not None or args.file is not None
    rules = [rule_from_json(read_json(args.rule, args.file, "rule"))] if tried else []
    with reading() as session:
        found = replays(session, member, args.backtest, args.metric, rules, seed=args.seed)
    return Output({"replays": found}, [headline(found), *table(_policies(found), "")])


def _policies(found: Replays) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {
            "policy": one.name,
            "kind": "control" if one.is_control else "rule",
            "retrainings": len(one.retrainings) if one.is_replayed else None,
            "fits": one.fits if one.is_replayed else None,
            found.label: None if one.value is None else f"{one.value:.4f}",
            "band": None if one.low is None or one.high is None else f"{one.low:.4f} to {one.high:.4f}",
            "note": one.note,
        }
        for one in found.policies
    ]
    return rows + [
        {
            "policy": "at random (median)",
            "kind": "control",
            "retrainings": one.retrainings,
            "fits": None,
            found.label: f"{one.value:.4f}",
            "band": f"{one.low:.4f} to {one.high:.4f}",
            "note": f"middle 90 % of {found.draws} draws",
        }
        for one in found.chances
    ]


def _delete(args: Namespace) -> Output:
    from mms.usecases.backtests import delete_backtest

    member, _ = acting()
    with transaction() as session:
        delete_backtest(session, member, args.backtest)
    return Output({"backtest": args.backtest}, [f"Back-test {args.backtest} is deleted."])
