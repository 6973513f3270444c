"""Ensembles: which models agree, and several made one."""

import json
from argparse import ArgumentParser, Namespace, _SubParsersAction
from contextlib import suppress
from typing import Any

from db.session import reading, transaction
from mms.cli.console import Output, acting, group, pairs, table, verb
from mms.domain.ensembles import EnsembleDraft, EnsembleKind
from mms.usecases.ensembles import agreement_of, expected_score, launch_ensemble


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of ensembles."""
    noun = group(verbs, "ensemble", "ensembles of stored models: agreement, make")
    agreement = verb(noun, "agreement", "show how models agree, and which make the best vote", _agreement)
    agreement.add_argument("models", type=int, nargs="+", help="ids of models of one snapshot")
    make = verb(noun, "make", "launch the run that makes one model of several", _make)
    make.add_argument("models", type=int, nargs="+", help="ids of models of one snapshot")
    make.add_argument("--kind", choices=[kind.value for kind in EnsembleKind], default=EnsembleKind.VOTING.value)
    make.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="weights, strength or balanced")
    make.add_argument("--preview", action="store_true", help="tell the score it would have, and make nothing")


def _agreement(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found, proposed = agreement_of(session, member, args.models)
    names = {one.id: one.name for one in found.models}
    rows = [
        {"one": names[p.one], "other": names[p.other], "agreement": f"{p.agreement:.3f}", "both wrong": p.both_wrong}
        for p in found.pairs
    ]
    best = f"The best vote: {', '.join(names[one] for one in proposed)}."
    return Output({"agreement": found, "proposed": proposed}, [*table(rows, "There is no pair."), best])


def _make(args: Namespace) -> Output:
    member, now = acting()
    draft = EnsembleDraft(tuple(args.models), EnsembleKind(args.kind), _typed(pairs(args.set, "parameter")))
    if args.preview:
        with reading() as session:
            expected = expected_score(session, member, draft)
        line = f"It would score {expected.score:.4f} ± {expected.score_sd:.4f}; its best member {expected.best:.4f}."
        return Output({"expected": expected}, [line])
    with transaction() as session:
        run_id = launch_ensemble(session, member, draft, now)
    return Output({"run": run_id}, [f"Run {run_id} makes the ensemble."])


def _typed(given: dict[str, str]) -> dict[str, Any]:
    """Values as JSON where they are any, else as text."""
    typed: dict[str, Any] = dict(given)
    for name, text in given.items():
        with suppress(json.JSONDecodeError):
            typed[name] = json.loads(text)
    return typed
