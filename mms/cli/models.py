"""The model table, and one model."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from db.queries.artifacts import artifact_chunks
from db.queries.changes import changes_between
from db.queries.models import get_model
from db.queries.versions import Versions, version_history
from db.session import reading
from mms.cli import cards, model_table, tags, what_if
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.comparison import chance_words, conclusion, ids_of
from mms.domain.errors import Invalid
from mms.domain.scores import METRICS
from mms.domain.triples import described
from mms.domain.versions import history_words
from mms.domain.worth import verdict
from mms.settings import settings


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of models."""
    model_table.add_verb(verbs)
    model = group(verbs, "model", "models by id: show, compare, artifact, card, what-if, tag")
    verb(model, "show", "scores, triple, signature of a model", _show).add_argument("model", type=int, help="id")
    compare = verb(model, "compare", "whether models differ for sure, on the same folds", _compare)
    compare.add_argument("models", nargs="+", help="ids, two or more")
    changed = verb(model, "changes", "what changed from one model to another of its project", _changes)
    changed.add_argument("model", type=int, help="id")
    changed.add_argument("other", type=int, help="id")
    changed.add_argument("--all", action="store_true", help="also what is the same")
    errors = verb(model, "versions", "false positives and negatives, version by version on the same rows", _versions)
    errors.add_argument("model", type=int, help="id; versions of its snapshot and scope are counted")
    errors.add_argument("--class", dest="of_class", help="against the rest; the positive one where there is one")
    errors.add_argument("--everywhere", action="store_true", help="of all snapshots, on the rows they share")
    errors.add_argument("--until", type=int, metavar="VERSION", help="up to this version (default: the newest)")
    artifact = verb(model, "artifact", "write a model's artifact to a file", _artifact)
    artifact.add_argument("model", type=int, help="id")
    artifact.add_argument("file", type=Path)
    cards.add_verbs(model)
    what_if.add_verbs(model)
    tags.add_verbs(model)


def _show(args: Namespace) -> Output:
    with reading() as session:
        model = get_model(session, args.model)
    lines = [
        f"{model.ranked.name} (id {model.id}), {model.ranked.state}, recipe {model.ranked.recipe}",
        f"hyperparameters: {described(model.triple.hyperparameters) or 'none'}",
    ]
    for score in model.scores:
        metric = METRICS[score.metric]
        lines.append(f"{metric.label}: {metric.natural(score.mean):.4f} ± {score.sd:.4f} ({metric.direction})")
    return Output({"model": model}, lines)


def _compare(args: Namespace) -> Output:
    from mms.usecases.comparisons import compared  # brings scikit-learn, which the other verbs need not wait for

    member, _ = acting()
    with reading() as session:
        found = compared(session, member, ids_of(",".join(args.models)))
    metric, names = METRICS[found.metric], {c.model.id: c.model.name for c in found.models}
    rows = [
        {
            "pair": f"{names[pair.model_id]} - {names[pair.other_id]}",
            f"better by ({metric.label})": f"{pair.test.mean:.4f} ± {pair.test.se:.4f}",
            "better": chance_words(pair.test.better),
            "equal": chance_words(pair.test.equal),
            "worse": chance_words(pair.test.worse),
            "p": f"{pair.p_adjusted:.4f}",
        }
        for pair in found.pairs
    ]
    words = f"{conclusion(found)}: {verdict(found)}"
    return Output({"comparison": found, "words": words}, [words, "", *table(rows, "")])


def _changes(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = changes_between(session, member, settings().cache, args.model, args.other)
    facts = found.facts if args.all else found.differing
    rows = [
        {
            "": f.mark.value,
            "part": f.part,
            "what": f.what,
            found.one: f.one,
            found.other: f.other,
            "words": f.mark.words,
        }
        for f in facts
    ]
    return Output({"changes": found, "words": found.words}, [found.words, "", *table(rows, "Nothing differs.")])


def _versions(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        asked = Versions(args.model, args.of_class, args.everywhere, args.until)
        found = version_history(session, member, settings().cache, asked)
    rows = [
        {"id": v.model_id, "model": v.name, "false positives": v.false_positives, "false negatives": v.false_negatives}
        for v in found.versions
    ]
    words = history_words(found)
    return Output({"history": found, "words": words}, [words, "", *table(rows, "")])


def _artifact(args: Namespace) -> Output:
    with reading() as session:
        model = get_model(session, args.model)
        model.check_whole()
        try:
            with args.file.open("xb") as file:
                for chunk in artifact_chunks(session, model.artifact_sha):
                    file.write(chunk)
        except OSError as error:
            raise Invalid(f"'{args.file}' cannot be written ({error.strerror}): name a new file.") from error
    document = {"file": args.file, "sha256": model.artifact_sha}
    return Output(document, [f"{args.file} holds {model.ranked.name}, SHA-256 {model.artifact_sha}."])
