"""MLflow's search_runs on the models of a store of ours: each model a run, in MLflow's own schema on SQLite.

Arguments: our SQLite file, a folder for MLflow's, how often to ask, and the questions as JSON: [[filter, order], ...].
Prints one JSON list, one item a question: the median of milliseconds and the names of the runs that were found.
"""

import json
import os
import sqlite3
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

from mlflow import MlflowClient

UUID = "printf('%032x', {})"
FILLED = (
    f"""INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,
               end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
        SELECT {UUID.format("id")}, 'v' || version, 'LOCAL', '', '', owner, 'FINISHED', 1772366400000 + 60000 * id,
               1772366400000 + 60000 * id, '', 'active', :folder || '/' || id, :experiment FROM ours.model""",
    f"""INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
        SELECT metric, mean, 1772366400000, {UUID.format("model_id")}, 0, 0 FROM ours.model_score""",
    f"""INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
        SELECT metric, mean, 1772366400000, 0, 0, {UUID.format("model_id")} FROM ours.model_score""",
    f"""INSERT INTO params (key, value, run_uuid)
        SELECT name, coalesce(text, printf('%g', number), 'None'), {UUID.format("model_id")}
        FROM ours.model_parameter""",
    f"""INSERT INTO params (key, value, run_uuid)
        SELECT 'algorithm', algorithm, {UUID.format("id")} FROM ours.model""",
    f"""INSERT INTO tags (key, value, run_uuid)
        SELECT 'mlflow.runName', 'v' || version, {UUID.format("id")} FROM ours.model""",
    f"""INSERT INTO tags (key, value, run_uuid)
        SELECT tag, 'true', {UUID.format("model_id")} FROM ours.model_tag""",
)


def main(store: str, folder: str, repeats: str, questions: str) -> None:
    """Fill, ask, print."""
    database = Path(folder) / "mlflow.db"
    client = MlflowClient(f"sqlite:///{database}")
    experiment = client.create_experiment("models", artifact_location=folder)
    fill(database, store, folder, experiment)
    print(json.dumps([asked(client, experiment, *question, int(repeats)) for question in json.loads(questions)]))


def fill(database: Path, store: str, folder: str, experiment: str) -> None:
    """Copy our models into MLflow's tables, and let SQLite learn what they hold."""
    connection = sqlite3.connect(database)
    connection.execute("ATTACH ? AS ours", (store,))
    with connection:
        for statement in FILLED:
            connection.execute(statement, {"folder": folder, "experiment": int(experiment)})
    connection.execute("ANALYZE main")
    connection.close()


def asked(client: MlflowClient, experiment: str, where: str, order: str, repeats: int) -> tuple[float, list[str]]:
    """The median of milliseconds, after one to warm up, and what was found."""
    times = []
    for _ in range(repeats + 1):
        start = perf_counter()
        found = client.search_runs([experiment], where, max_results=50, order_by=[order])
        times.append(1000 * (perf_counter() - start))
    return median(times[1:]), [run.info.run_name for run in found]


if __name__ == "__main__":
    main(*sys.argv[1:])
