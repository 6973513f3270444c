"""Comments: read, written, edited, deleted."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.comments import comments
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.comments import delete_comment, edit_comment, write_comment


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of comments."""
    noun = group(verbs, "comments", "comments: list, add, edit, delete")
    for name, words, run in (
        ("list", "what was said about a thing, oldest first", _list),
        ("add", "say something about a thing", _add),
    ):
        on = verb(noun, name, words, run)
        on.add_argument("kind", choices=[kind.value for kind in SubjectKind])
        on.add_argument("id", type=int)
        if name == "add":
            on.add_argument("text", help="Markdown")
    edit = verb(noun, "edit", "say it better", _edit)
    edit.add_argument("comment", type=int, help="id")
    edit.add_argument("text", help="Markdown")
    verb(noun, "delete", "put a comment in the bin", _delete).add_argument("comment", type=int, help="id")


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = comments(session, member, Subject(SubjectKind(args.kind), args.id))
    rows = [{"id": c.id, "when": f"{c.created_at:%Y-%m-%d %H:%M}", "who": c.signed, "text": c.text} for c in found]
    return Output({"comments": found}, table(rows, "Nobody has said anything yet."))


def _add(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        made = write_comment(session, member, Subject(SubjectKind(args.kind), args.id), args.text, now)
    return Output({"comment": made}, [f"Comment {made.id} is said."])


def _edit(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        made = edit_comment(session, member, args.comment, args.text, now)
    return Output({"comment": made}, [f"Comment {made.id} is changed."])


def _delete(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        delete_comment(session, member, args.comment, now)
    return Output({"comment": args.comment}, [f"Comment {args.comment} is deleted."])
