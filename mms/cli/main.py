"""`python -m mms VERB`: exit code 0 done, 1 refused, 2 wrong usage."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from importlib import import_module

from mms.cli.console import Output, log_to_stderr, say, show
from mms.domain.errors import MmsError

NOUNS: Mapping[str, str] = {
    "serve": "serve",
    "worker": "serve",
    "migrate": "store",
    "demo": "demo",
    "project": "projects",
    "table": "tables",
    "instances": "tables",
    "snapshot": "snapshots",
    "schedules": "snapshot_schedules",
    "segments": "segments",
    "clusters": "clusterings",
    "recipes": "recipes",
    "run": "runs",
    "models": "models",
    "model": "models",
    "views": "views",
    "diagnostics": "diagnostics",
    "pictures": "pictures",
    "slices": "slices",
    "ensemble": "ensembles",
    "promote": "promotions",
    "champions": "promotions",
    "rollback": "promotions",
    "predict": "predictions",
    "feedback": "feedback",
    "labels": "labels",
    "log": "logs",
    "buckets": "buckets",
    "decay": "decay",
    "drift": "drift",
    "why": "why",
    "triggers": "triggers",
    "backtest": "backtests",
    "ageing": "ageing",
    "alerts": "alerts",
    "comments": "comments",
    "drafts": "drafts",
    "activity": "activity",
    "find": "activity",
    "weekly": "activity",
    "snooze": "activity",
    "wake": "activity",
    "jobs": "jobs",
}
"""Verb -> module. Only the module of the verb that is asked for is imported: serve starts quickly."""


def parser(argv: Sequence[str]) -> ArgumentParser:
    """The parser of the asked verb, or of all verbs when the first word is none."""
    made = ArgumentParser(prog="python -m mms", description="The model management system for scikit-learn.")
    verbs = made.add_subparsers(title="verbs", metavar="VERB", required=True)
    asked = NOUNS.get(argv[0]) if argv else None
    for module in [asked] if asked else dict.fromkeys(NOUNS.values()):
        import_module(f"mms.cli.{module}").register(verbs)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser(argv).parse_args(argv)
    log_to_stderr()
    try:
        output: Output | None = args.do(args)
    except MmsError as error:
        return _refused(args, error)
    except KeyboardInterrupt:
        say("Stopped.")
        return 1
    if output is not None:
        show(output, as_json=args.json)
    return 0


def _refused(args: Namespace, error: MmsError) -> int:
    say(error.sentence)
    if getattr(args, "json", False):
        print(json.dumps({"error": {"kind": error.kind, "sentence": error.sentence}}, ensure_ascii=False))
    return 1
