"""Clusterings: asked for and read."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.clusterings import clusterings
from db.queries.snapshots import get_snapshot
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.clusterings import Clusterer, ClusteringDraft
from mms.usecases.clusterings import ask_clustering


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of clusterings."""
    noun = group(verbs, "clusters", "the structure of a snapshot: find, list")
    find = verb(noun, "find", "queue the grouping of a snapshot's rows", _find)
    find.add_argument("snapshot", type=int, help="id")
    find.add_argument("--by", choices=[one.value for one in Clusterer], default=Clusterer.K_MEANS.value)
    find.add_argument("--clusters", type=int, help="how many; default: what separates best, from 2 to 10")
    find.add_argument("--smallest", type=int, help="hdbscan: fewer rows together are no cluster")
    listing = verb(noun, "list", "list the clusters that were found in a snapshot", _list)
    listing.add_argument("snapshot", type=int, help="id")


def _find(args: Namespace) -> Output:
    member, now = acting()
    given = {"clusters": args.clusters, "smallest": args.smallest}
    draft = ClusteringDraft(Clusterer(args.by), {name: value for name, value in given.items() if value is not None})
    with transaction() as session:
        asked = ask_clustering(session, member, args.snapshot, draft, now)
    line = f"Clustering {asked.id} ({asked.name}) is {asked.state.value}: see 'clusters list {args.snapshot}'."
    return Output({"clustering": asked}, [line])


def _list(args: Namespace) -> Output:
    with reading() as session:
        found = clusterings(session, get_snapshot(session, args.snapshot).id)
    rows = [
        {
            "clustering": one.name,
            "cluster": cluster.number + 1,
            "rows": cluster.rows,
            "apart by": "; ".join(trait.words for trait in cluster.traits[:2]),
            "rule": cluster.rule.words if cluster.rule else None,
        }
        for one in found
        if one.structure
        for cluster in one.structure.clusters
    ]
    return Output({"clusterings": found}, table(rows, "Nothing was found yet: ask with 'clusters find'."))
