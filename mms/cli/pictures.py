"""Pictures of models and snapshots: listed, asked for, saved."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from db.queries.pictures import drawable, pictures, standings
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.errors import Invalid
from mms.domain.exports import zipped
from mms.domain.pictures import Theme, kind_named
from mms.domain.subjects import Subject, SubjectKind


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of pictures."""
    noun = group(verbs, "pictures", "Yellowbrick pictures of a model or a snapshot: list, draw, save")
    listing = verb(noun, "list", "every kind: drawn, or why not", _list)
    draw = verb(noun, "draw", "queue kinds, or all that cost no fits", _draw)
    save = verb(noun, "save", "write every picture that is drawn to a zip of SVGs", _save)
    for one in (listing, draw, save):
        one.add_argument("subject", choices=[SubjectKind.MODEL.value, SubjectKind.SNAPSHOT.value])
        one.add_argument("id", type=int)
    draw.add_argument("--kind", action="append", default=[], help="as 'pictures list' names it; may be repeated")
    save.add_argument("file", type=Path, help="a new file")
    save.add_argument("--theme", choices=[theme.value for theme in Theme], default=Theme.LIGHT.value)


def _list(args: Namespace) -> Output:
    with reading() as session:
        found = standings(session, _subject(args), Theme.LIGHT)
    rows = [
        {
            "picture": one.slug,
            "state": "drawn" if one.is_drawn else "none" if one.reason else "not asked for",
            "fits": "yes" if one.refits else "no",
            "answers": one.question if one.is_drawn or not one.reason else one.reason,
        }
        for one in found
    ]
    return Output({"pictures": found}, table(rows, "There are none."))


def _draw(args: Namespace) -> Output:
    from mms.usecases.pictures import ask_for_pictures  # brings scikit-learn, which the other verbs need not wait for

    member, now = acting()
    subject = _subject(args)
    kinds = [kind_named(slug, subject.kind) for slug in args.kind]
    with transaction() as session:
        job = ask_for_pictures(session, member, subject, now, kinds)
    line = "They are queued already." if job is None else f"Job {job} draws them: see 'pictures list'."
    return Output({"job": job}, [line])


def _save(args: Namespace) -> Output:
    with reading() as session:
        drawn = pictures(session, drawable(session, _subject(args)).subject, Theme(args.theme)).values()
    files = {f"{one.kind.slug}.svg": one.svg for one in drawn if one.svg is not None}
    try:
        with args.file.open("xb") as file:
            file.write(zipped(files))
    except OSError as error:
        raise Invalid(f"'{args.file}' cannot be written ({error.strerror}): name a new file.") from error
    return Output({"file": str(args.file), "pictures": list(files)}, [f"{args.file}: {len(files)} pictures."])


def _subject(args: Namespace) -> Subject:
    return Subject(SubjectKind(args.subject), args.id)
