"""Saved views of pages."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.projects import get_project_named
from db.queries.views import saved_views
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.views import ViewDraft, ViewPage
from mms.usecases.views import delete_view, save_view


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of views."""
    views = group(verbs, "views", "what pages show, under a name: list, save, delete")
    listing = verb(views, "list", "your views of a project's model table, then shared ones", _list)
    listing.add_argument("project", help="name or id")
    save = verb(views, "save", "keep a view; one of the same name is replaced", _save)
    save.add_argument("project", help="name or id")
    save.add_argument("name")
    save.add_argument("query", help="of the page's address, after the question mark")
    save.add_argument("--shared", action="store_true", help="for every member")
    verb(views, "delete", "delete a view", _delete).add_argument("view", type=int, help="id")


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        found = saved_views(session, member, project.id, ViewPage.MODELS)
    rows = [
        {
            "id": view.id,
            "name": view.name,
            "owner": view.owner,
            "shared": "yes" if view.is_shared else "",
            "view": view.query,
        }
        for view in found
    ]
    return Output({"views": found}, table(rows, "There are no views yet: keep one with 'views save'."))


def _save(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        draft = ViewDraft(ViewPage.MODELS, args.name, args.query, args.shared)
        view = save_view(session, member, project.id, draft, now)
    return Output({"view": view}, [f"View {view.id}, '{view.name}', is kept."])


def _delete(args: Namespace) -> Output:
    member, _ = acting()
    with transaction() as session:
        delete_view(session, member, args.view)
    return Output({"view": args.view}, [f"View {args.view} is deleted."])
