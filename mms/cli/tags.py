"""What members write on models: tags, descriptions, owners."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.session import transaction
from mms.cli.console import Output, acting, verb


def add_verbs(model: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs under 'model'."""
    tag = verb(model, "tag", "put tags on models, or take them off", _tag)
    tag.add_argument("models", nargs="+", type=int, help="ids")
    tag.add_argument("--add", action="append", default=[], metavar="TAG", help="put this one on (repeat for more)")
    tag.add_argument("--remove", action="append", default=[], metavar="TAG", help="take this one off")
    describe = verb(model, "describe", "write what a model is about, in Markdown", _describe)
    describe.add_argument("model", type=int, help="id")
    describe.add_argument("description")
    owner = verb(model, "owner", "write who looks after a model", _own)
    owner.add_argument("model", type=int, help="id")
    owner.add_argument("owner")


def _tag(args: Namespace) -> Output:
    from mms.usecases.tags import tag_models

    member, now = acting()
    with transaction() as session:
        changed = tag_models(session, member, args.models, now, add=args.add, remove=args.remove)
    noun = "model has" if changed == 1 else "models have"
    return Output({"changed": changed}, [f"{changed} {noun} other tags now."])


def _describe(args: Namespace) -> Output:
    from mms.usecases.models import describe_model  # brings scikit-learn, which the other verbs need not wait for

    member, now = acting()
    with transaction() as session:
        describe_model(session, member, args.model, args.description, now)
    return Output({"model": args.model, "description": args.description}, [f"Model {args.model} is described."])


def _own(args: Namespace) -> Output:
    from mms.usecases.models import hand_over_model

    member, now = acting()
    with transaction() as session:
        hand_over_model(session, member, args.model, args.owner, now)
    return Output({"model": args.model, "owner": args.owner}, [f"{args.owner} looks after model {args.model} now."])
