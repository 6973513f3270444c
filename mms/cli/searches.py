"""What a run tries and how it goes through it, as arguments."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from db.queries.recipes import recipes
from mms.cli.console import Output, read_json
from mms.domain.errors import Invalid
from mms.domain.members import Member
from mms.domain.recipes import named_recipes
from mms.domain.runs import Launch
from mms.domain.search import SearchKind
from mms.domain.snapshots import Snapshot
from mms.domain.triples import Recipe, Triple
from mms.usecases.spaces import Choice, Options, Plan, Way, choice_of, options_for, planned

_SIZES = ("default", "small", "large", "range")


def add_space(parser: ArgumentParser) -> None:
    """The arguments that make a space and say how it is searched."""
    add = parser.add_argument
    add("--triples", type=Path, help="JSON file with a list of triples (default: a good first space)")
    add("--algorithm", action="append", default=[], help="try this algorithm (repeat for more)")
    add("--recipe", action="append", default=[], help="with this recipe (repeat for more; default: the one that suits)")
    add("--values", choices=_SIZES, help="of the hyperparameters (default: their defaults); range: to draw from")
    add("--neighbourhood", action="store_true", help="also the champion's triple and those one step away from it")
    draw = parser.add_mutually_exclusive_group()
    draw.add_argument("--draw", type=int, metavar="N", help="a random sample of N triples (default: all)")
    draw.add_argument("--trials", type=int, metavar="N", help="N triples that Optuna proposes")
    halving = "race the triples over the folds: one in FACTOR goes on (default: 3)"
    add("--halving", type=int, nargs="?", const=3, metavar="FACTOR", help=halving)
    add("--preview", action="store_true", help="say what would be launched and what it takes, and launch nothing")


def planned_launch(session: Session, member: Member, snapshot: Snapshot, args: Namespace) -> Plan:
    """What the arguments ask for on a snapshot. Invalid: names that are unknown, arguments that do not go together."""
    options = options_for(session, member, snapshot.id)
    known = {recipe.name: recipe for recipe in options.recipes}
    known |= named_recipes(recipes(session, snapshot.project_id), options.recipes)
    space = {name: _choice(options, known, name, args) for name in _algorithms(options, args)}
    more = _triples(args.triples) if args.triples is not None else []
    if args.neighbourhood:
        if not options.neighbourhood:
            raise Invalid("There is no champion yet, so that it has no neighbourhood: leave --neighbourhood out.")
        more += options.neighbourhood
    return planned(options, space, more, _way(args))


def launch_of(plan: Plan, snapshot: Snapshot, args: Namespace) -> Launch:
    """The launch of a plan."""
    return Launch(snapshot.id, plan.triples, seed=args.seed, search=plan.search)


def cost_of(plan: Plan) -> Output:
    """What a plan would take."""
    count, minutes = len(plan.triples) + plan.search.proposals, plan.seconds / 60
    words = f"Would fit {count:,} triples and the baseline: {plan.fits:,} fits, about {minutes:.1f} minutes."
    return Output({"plan": plan, "run": None}, [words, *plan.warnings])


def _algorithms(options: Options, args: Namespace) -> Sequence[str]:
    """Those that are named, else those of the first space; none where triples or the neighbourhood are all there is."""
    if args.algorithm:
        return list(dict.fromkeys(args.algorithm))
    if args.triples is None and not args.neighbourhood:
        return [triple.algorithm for triple in options.first_space]
    if args.values or args.recipe or _is_drawn(args):
        raise Invalid("--values, --recipe, --draw and --trials are about algorithms: name them with --algorithm.")
    return []


def _is_drawn(args: Namespace) -> bool:
    return args.draw is not None or args.trials is not None


def _choice(options: Options, known: Mapping[str, Recipe], algorithm: str, args: Namespace) -> Choice:
    for name in args.recipe:
        if name not in known:
            raise Invalid(f"There is no recipe '{name}': take one of {', '.join(known)}.")
    ready = {recipe.name: recipe for recipe in options.recipes}
    suited = {offer.name: ready.get(offer.recipe) for offer in options.algorithms}.get(algorithm) or options.recipes[0]
    tried = [known[name] for name in args.recipe] or [suited]
    return choice_of(options, algorithm, tried, args.values or ("range" if _is_drawn(args) else "default"))


def _way(args: Namespace) -> Way:
    if args.trials is not None:
        if args.halving is not None:
            raise Invalid("Trials get all folds: leave --halving out, or draw with --draw instead of --trials.")
        return Way(SearchKind.TRIALS, trials=args.trials, seed=args.seed)
    if args.halving is not None:
        return Way(SearchKind.HALVING, draw=args.draw, factor=args.halving, seed=args.seed)
    return Way(draw=args.draw, seed=args.seed)


def _triples(file: Path) -> list[Triple]:
    given = read_json(None, file, "triples")
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise Invalid("The file must hold a JSON list of triples.")
    return [Triple.from_json(item) for item in given]
