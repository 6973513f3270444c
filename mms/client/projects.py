"""The client, and one project: its data, its models, its runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

import pandas as pd

from mms.client.models import Model
from mms.client.objects import descriptions
from mms.client.runs import Run, model_table
from mms.client.server import Server
from mms.domain.errors import Conflict


def connect(url: str, token: str | None = None) -> "Client":
    """A client of the MMS at `url`; Unavailable where none answers. token: sent as `Authorization: Bearer`."""
    client = Client(Server(url, token))
    try:
        client.projects()
    except BaseException:
        client.close()
        raise
    return client


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen copy of the instance table. details: all that the server says of it, as JSON."""

    id: int
    rows: int
    details: dict[str, Any]

    @property
    def columns(self) -> dict[str, str]:
        """Feature column -> its type, in order."""
        return {column["name"]: column["type"] for column in self.details["schema"]}

    def __repr__(self) -> str:
        return f"<Snapshot {self.id}: {self.rows:,} rows, {len(self.columns)} features>"


@dataclass(frozen=True, slots=True)
class Translation:
    """What objects became: triples as data. notes: what differs from the objects. seed: the one they ask for."""

    triples: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    seed: int | None


class Client:
    """What `connect` gives; in a `with` statement, or until `close`, it keeps its connections."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __repr__(self) -> str:
        return f"<MMS at {self._server.url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._server.close()

    def projects(self) -> "list[Project]":
        """Live projects by name."""
        return [Project(self._server, one) for one in self._server.get("projects")["projects"]]

    def project(self, name: str | int) -> "Project":
        """A project by its name or id; NotFound names none that is not there."""
        return Project(self._server, self._server.get(f"projects/{_part(name)}")["project"])

    def create_project(self, name: str, frame: pd.DataFrame, target: str, **how: Any) -> "Project":
        """A project of one table and its target. how: key, time, label_time, task, positive_class, type, table."""
        made = self._server.send_table("projects/from-file", frame, name=name, target=target, **how)
        return Project(self._server, made["project"])

    def model(self, model_id: int) -> Model:
        """A model by its id."""
        return Model(self._server, model_id)

    def run(self, run_id: int) -> Run:
        """A run by its id."""
        return Run(self._server, run_id)


class Project:
    """One prediction problem. `details` is all that the server says of it, as JSON."""

    def __init__(self, server: Server, details: dict[str, Any]) -> None:
        self._server = server
        self._path = f"projects/{details['id']}"
        self.id: int = details["id"]
        self.name: str = details["name"]
        self.details = details

    def __repr__(self) -> str:
        return f"<Project {self.name!r}: {self.details['task']}, ranked by {self.details['primary_metric']}>"

    def models(self, where: str = "", **how: Any) -> pd.DataFrame:
        """The model table, best first; row labels are model ids, scores in natural units.

        where: a filter, like "f1 > 0.8 AND param.C >= 1". how: sort (a field), descending, column (fields to see beside
        the others: one or a list), archived.
        """
        return model_table(self._server, self.id, where=where, **how)

    def model(self, model_id: int) -> Model:
        """A model by its id."""
        return Model(self._server, model_id)

    def tables(self) -> list[str]:
        """Names of the feature tables."""
        return [table["name"] for table in self._server.get(f"{self._path}/tables")["tables"]]

    def upload(self, name: str, frame: pd.DataFrame, key: str | Sequence[str], **how: Any) -> None:
        """Make a feature table of a frame. how: time (the column that dates a row), type (COLUMN=TYPE, a list)."""
        self._server.send_table(f"{self._path}/tables", frame, name=name, key=key, **how)

    def snapshots(self) -> list[Snapshot]:
        """Live snapshots, newest first."""
        return [_snapshot(one) for one in self._server.get(f"{self._path}/snapshots")["snapshots"]]

    def take_snapshot(self, rows: dict[str, Any] | None = None, **how: Any) -> Snapshot:
        """Freeze the instance table; the same content gives the snapshot that is there.

        rows: {"extent": "last rows", "amount": 1000, "where": [{"column", "operator", "value"}], "sample", "seed"}.
        how: folds ("stratified", "shuffled", "by time", "by group"), group, holdout ({"kind", "share"}).
        """
        body = how if rows is None else {"rows": rows, **how}
        return _snapshot(self._server.post(f"{self._path}/snapshots", body)["snapshot"])

    def translate(self, what: Any, snapshot: Snapshot | None = None, recipe: str | None = None) -> Translation:
        """The triples that scikit-learn objects become; launches nothing.

        what: an estimator, a pipeline, a GridSearchCV or RandomizedSearchCV (its combinations; its cv, scoring and
        refit do not count: every triple gets the snapshot's 12 folds and every metric), or a list of them. Invalid
        names the step that cannot be translated, the reason and the nearest vetted step.
        """
        taken = snapshot or self._newest()
        objects = descriptions(what, taken.details["schema"])
        body = {"snapshot_id": taken.id, "objects": objects, "recipe": recipe}
        found = self._server.post(f"{self._path}/translations", body)["translation"]
        return Translation(tuple(found["triples"]), tuple(found["notes"]), found["seed"])

    def launch(
        self, what: Any = None, snapshot: Snapshot | None = None, *, recipe: str | None = None, **how: Any
    ) -> Run:
        """Queue a run on a snapshot (default: the newest); `Run.wait` follows it.

        what: as `translate` takes it, or a list of triples as data; None: a good first space. recipe: the name that its
        recipes get, None: by their steps. how: seed and whatever else a launch takes. `Run.notes` tells what differs
        from the objects.
        """
        taken = snapshot or self._newest()
        body: dict[str, Any] = {"snapshot_id": taken.id, **how}
        notes: tuple[str, ...] = ()
        if isinstance(what, list | tuple) and what and all(isinstance(one, dict) for one in what):
            body["triples"] = list(what)
        elif what is not None:
            found = self.translate(what, taken, recipe)
            notes = found.notes
            body["triples"] = list(found.triples)
            if found.seed is not None:
                body.setdefault("seed", found.seed)
        return Run(self._server, self._server.post(f"{self._path}/runs", body)["run"], notes)

    def run(self, run_id: int) -> Run:
        """A run by its id."""
        return Run(self._server, run_id)

    def runs(self) -> list[Run]:
        """The newest 100 runs, newest first."""
        return [Run(self._server, one["id"]) for one in self._server.get(f"{self._path}/runs")["runs"]]

    def _newest(self) -> Snapshot:
        found = self.snapshots()
        if not found:
            raise Conflict(f"Project '{self.name}' has no snapshot yet: take one first (take_snapshot).")
        return found[0]


def _snapshot(details: dict[str, Any]) -> Snapshot:
    return Snapshot(details["id"], details["row_count"], details)


def _part(name: str | int) -> str:
    """A name as one part of a path."""
    return quote(str(name), safe="")
