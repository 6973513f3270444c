"""A model on the server: its folds, its out-of-fold rows, and itself."""

import hashlib
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import sklearn

from mms.client.server import Server
from mms.domain.errors import Conflict, Invalid, Unavailable

_EVEN = 0.5
"""The threshold at which the likelier class is the answer: what pipelines do by themselves."""


class Model:
    """One model. `details` is all that the server says of it, as JSON: triple, scores, signature, environment."""

    def __init__(self, server: Server, model_id: int) -> None:
        self._server = server
        self._path = f"models/{model_id}"
        self.id = model_id
        self.details: dict[str, Any] = server.get(self._path)["model"]

    def __repr__(self) -> str:
        ranked = self.details["ranked"]
        return f"<Model {self.id}: v{ranked['version']} {ranked['algorithm']}, {ranked['state']}>"

    @property
    def triple(self) -> dict[str, Any]:
        """Recipe, algorithm and hyperparameters as data: what `Project.launch` takes to fit it again."""
        triple: dict[str, Any] = self.details["triple"]
        return triple

    def folds(self) -> pd.DataFrame:
        """One row a fold, with every metric (natural units) on validation and training rows; -1 is the final fit."""
        return self._server.table(f"{self._path}/folds")

    def out_of_fold(self) -> pd.DataFrame:
        """One row for each row that a fold validated: row, fold, truth, label and p_0 .. (classes), or value."""
        return self._server.table(f"{self._path}/out-of-fold")

    def importances(self) -> pd.DataFrame:
        """What each feature weighed: feature, fold_0 .. fold_11, final. NotFound where the algorithm tells none."""
        return self._server.table(f"{self._path}/importances")

    def load(self) -> Any:
        """The fitted scikit-learn pipeline. Its bytes are unpickled, which may run code: only from a server you trust.

        Raises Unavailable where the bytes are not those that the server recorded (SHA-256), Conflict where this
        machine's scikit-learn is not of the minor version that fitted it. Neither is unpickled.
        """
        theirs, ours = self.details["environment"]["scikit-learn"], sklearn.__version__
        if theirs.split(".")[:2] != ours.split(".")[:2]:
            raise Conflict(
                f"The model was fitted with scikit-learn {theirs}, and this is {ours}: install the one that fitted it."
            )
        with tempfile.TemporaryDirectory(prefix="mms-model-") as folder:
            path = Path(folder) / "model.joblib"
            if self._downloaded(path) != self.details["artifact_sha"]:
                raise Unavailable(f"The bytes of model {self.id} are not those that were stored: ask for it again.")
            return joblib.load(path)

    def predict(self, frame: pd.DataFrame) -> pd.Series:
        """Labels or numbers for rows, by the model loaded here; nothing is stored. Row labels are those of `frame`.

        Raises Invalid where a feature column is missing. For stored answers ask the champion over REST.
        """
        signature = self.details["signature"]
        names = [name for name, _ in signature["inputs"]]
        missing = [name for name in names if name not in frame.columns]
        if missing:
            raise Invalid(f"The frame has no column '{missing[0]}'; the model takes {', '.join(names)}.")
        answers = self._flagged(frame[names], signature["classes"])
        if answers is None:
            answers = self._pipeline.predict(frame[names])
        return pd.Series(answers, index=frame.index, name="label" if signature["classes"] else "value")

    @cached_property
    def _pipeline(self) -> Any:
        return self.load()

    def _flagged(self, rows: pd.DataFrame, classes: list[str]) -> np.ndarray | None:
        """Labels by the model's own threshold on the positive class; None where that is what `predict` does."""
        threshold = self.details["threshold"]
        if threshold in (None, _EVEN) or len(classes) != 2:
            return None
        project = self._server.get(f"projects/{self.details['ranked']['project_id']}")["project"]
        positive = classes.index(project["positive_class"])
        column = [str(name) for name in self._pipeline.classes_].index(classes[positive])
        shares = self._pipeline.predict_proba(rows)[:, column]
        return np.where(shares >= threshold, classes[positive], classes[1 - positive])

    def _downloaded(self, path: Path) -> str:
        """Write the artifact; the SHA-256 of what came."""
        whole = hashlib.sha256()
        with self._server.file(f"{self._path}/artifact") as blocks, path.open("wb") as file:
            for block in blocks:
                whole.update(block)
                file.write(block)
        return whole.hexdigest()
