"""Ask any model about made-up values."""

import json
from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.session import reading
from mms.cli.console import Output, acting, table, verb
from mms.domain.errors import Invalid
from mms.domain.what_if import METHOD


def add_verbs(model: "_SubParsersAction[ArgumentParser]") -> None:
    """What `model` can do with made-up values."""
    asked = verb(model, "what-if", "an answer to made-up values, and what each feature did to it", _what_if)
    asked.add_argument("model", type=int, help="id")
    asked.add_argument("values", help='every input as JSON, null where it is not known: \'{"age": 40, "plan": null}\'')


def _what_if(args: Namespace) -> Output:
    from mms.usecases.what_if import what_if  # brings scikit-learn, which the other verbs need not wait for

    member, _ = acting()
    try:
        values = json.loads(args.values)
    except json.JSONDecodeError as error:
        raise Invalid(f"The values are no JSON ({error}): write them as '{{\"age\": 40}}'.") from error
    if not isinstance(values, dict):
        raise Invalid("The values are one JSON object, a value for each input.")
    with reading() as session:
        found = what_if(session, member, args.model, values)
    said = found.answer
    answer = said.label if said.label is not None else f"{said.value:,.4g}"
    shares = ", ".join(f"{name} {share:.3f}" for name, share in said.probabilities.items())
    effects = [{"feature": e.feature, "effect": f"{e.effect:+.4f}", "spread": f"{e.spread:.4f}"} for e in found.effects]
    words = [
        f"It answers {answer}{f' ({shares})' if shares else ''}.",
        *found.outside,
        *([found.note] if found.note else []),
    ]
    return Output({"what_if": found}, [*words, "", *table(effects, "No effects."), "", f"{found.output}. {METHOD}"])
