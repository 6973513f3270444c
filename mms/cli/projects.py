"""Projects: made, listed, edited, archived, deleted."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from db.queries.projects import get_project_named, projects
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.cli.snapshots import add_dealing, dealing
from mms.domain.errors import Invalid
from mms.domain.projects import Policy, Project, ProjectChanges, ProjectDraft, PromotionPolicy, Task
from mms.domain.tables import FileProject, column_types
from mms.usecases.projects import archive_project, create_project, delete_project, edit_project, unarchive_project
from mms.usecases.tables import project_from_file

_AGEING = (
    ("retire-unused-days", "models are retired that nobody asks"),
    ("retire-beaten-days", "models are retired that a better one beat"),
    ("purge-days", "retired models are purged"),
)


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of projects."""
    project = group(verbs, "project", "projects: create, list, edit, archive, unarchive, delete")
    create = verb(project, "create", "make a project, from one file and its target or empty", _create)
    create.add_argument("name")
    create.add_argument("--file", type=Path, help="CSV or Parquet; the rest is inferred from it")
    create.add_argument("--target", help="the column to predict")
    create.add_argument("--key", action="append", help="a column of the entity key (repeat for more)")
    create.add_argument("--time", help="the column with the prediction time")
    create.add_argument("--label-time", help="the column that says when the label became known")
    create.add_argument("--type", action="append", default=[], metavar="COLUMN=TYPE", help="overrides an inferred type")
    create.add_argument("--task", choices=[task.value for task in Task], help="needed without a file")
    create.add_argument("--positive", help="the positive class of a binary project")
    create.add_argument("--metric", help="the primary metric")
    create.add_argument("--description", default="", help="what the project is about")
    listing = verb(project, "list", "list live projects", _list)
    listing.add_argument("--archived", action="store_true", help="archived ones too")
    edit = verb(project, "edit", "change a project; what is left out stays", _edit)
    edit.add_argument("project", help="name or id")
    edit.add_argument("--name")
    edit.add_argument("--description")
    edit.add_argument("--metric", help="the primary metric")
    edit.add_argument("--owner")
    edit.add_argument("--positive", help="the positive class of a binary project, until a snapshot or model is made")
    edit.add_argument("--margin", type=float, help="by how much a challenger must beat the champion")
    edit.add_argument("--promotion", choices=[p.value for p in PromotionPolicy], help="what happens to a winner")
    edit.add_argument("--window-days", type=int, help="training window of a retraining")
    edit.add_argument("--rope", type=float, help="differences up to this are practically equal")
    edit.add_argument("--false-alarm-cost", type=float, help="what one case costs that is flagged wrongly")
    edit.add_argument("--miss-cost", type=float, help="what one case costs that is not flagged, in the same unit")
    edit.add_argument("--keep-rows-days", type=int, help="older predictions are dropped, their sums stay; 0: never")
    for name, words in _AGEING:
        edit.add_argument(f"--{name}", type=int, help=f"days after which {words}; 0: never")
    add_dealing(edit)
    for name, words in (
        ("archive", "hide a project from the lists"),
        ("unarchive", "bring an archived project back"),
        ("delete", "put a project in the bin with all it holds"),
    ):
        verb(project, name, words, _end).add_argument("project", help="name or id")


def _create(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        if args.file is not None:
            made = project_from_file(session, member, _from_file(args), now)
            if args.metric or args.description:
                changes = ProjectChanges(description=args.description or None, primary_metric=args.metric)
                made = edit_project(session, member, made.id, changes)
        else:
            made = create_project(session, member, _draft(args), now)
    return _told(made, "is there")


def _from_file(args: Namespace) -> FileProject:
    if args.target is None:
        raise Invalid("Say with --target which column of the file is to be predicted.")
    return FileProject(
        name=args.name,
        file=args.file,
        target=args.target,
        key=tuple(args.key) if args.key else None,
        time=args.time,
        label_time=args.label_time,
        types=column_types(args.type),
        task=args.task,
        positive_class=args.positive,
    )


def _draft(args: Namespace) -> ProjectDraft:
    if args.task is None:
        raise Invalid("Give a file and its target, or say with --task what the project predicts.")
    return ProjectDraft(args.name, Task(args.task), args.description, args.metric, args.positive)


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = projects(session, member, archived=args.archived)
    rows = [{"id": p.id, "name": p.name, "task": p.task, "metric": p.primary_metric, "owner": p.owner} for p in found]
    return Output({"projects": found}, table(rows, "There are no projects yet: make one with 'project create'."))


def _edit(args: Namespace) -> Output:
    member, _ = acting()
    with transaction() as session:
        before = get_project_named(session, member, args.project)
        usual = before.policy
        chosen = dealing(args, usual.dealing) or usual.dealing
        policy = Policy(
            usual.margin if args.margin is None else args.margin,
            usual.promotion if args.promotion is None else PromotionPolicy(args.promotion),
            usual.window_days if args.window_days is None else args.window_days,
            usual.rope if args.rope is None else args.rope,
            chosen.kind,
            chosen.group,
            chosen.holdout,
            usual.false_alarm_cost if args.false_alarm_cost is None else args.false_alarm_cost,
            usual.miss_cost if args.miss_cost is None else args.miss_cost,
            *(
                before if given is None else given or None
                for before, given in (
                    (usual.keep_rows_days, args.keep_rows_days),
                    (usual.retire_unused_days, args.retire_unused_days),
                    (usual.retire_beaten_days, args.retire_beaten_days),
                    (usual.purge_days, args.purge_days),
                )
            ),
        )
        changes = ProjectChanges(args.name, args.description, args.metric, policy, args.owner, args.positive)
        return _told(edit_project(session, member, before.id, changes), "is changed")


def _end(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        found = {p.name: p for p in projects(session, member, archived=True)}
        project = found.get(args.project) or get_project_named(session, member, args.project)
        if args.verb == "archive":
            archive_project(session, member, project.id, now)
        elif args.verb == "unarchive":
            unarchive_project(session, member, project.id)
        else:
            delete_project(session, member, project.id, now)
    return _told(project, f"is {args.verb.rstrip('e')}ed")


def _told(project: Project, what: str) -> Output:
    return Output({"project": project}, [f"Project '{project.name}' (id {project.id}) {what}."])
