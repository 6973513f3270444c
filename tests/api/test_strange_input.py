"""Numbers beyond every column, halves of characters, times outside the calendar: refused in a sentence, never a bug."""

from tests.api.test_whole_loop import V1
from tests.contents import contents, is_one_sentence
from tests.http import TestClient

WARDS = f"{V1}/projects/Wards"
HUGE = "9" * 25
HALF = "\\ud800"
VISIT = '{"rows": [{"entity": {"patient": %s}, "features": {"ward": %s, "age": %s}, "at": %s}]}'
AT = '"2026-03-01T00:00:00Z"'

CALLS = [
    *(("GET", f"{V1}/{noun}/{HUGE}", "") for noun in ("models", "runs", "snapshots", "predictions")),
    ("DELETE", f"{WARDS}/predictions?id={HUGE}", ""),
    ("GET", f"{WARDS}/models?where=run={HUGE}", ""),
    ("PATCH", f"{V1}/triggers/{HUGE}", '{"enabled": true}'),
    ("POST", f"{WARDS}/runs", f'{{"snapshot_id": {HUGE}}}'),
    ("POST", f"{WARDS}/feedback", f'{{"rows": [{{"prediction_id": {HUGE}, "truth": "yes"}}]}}'),
    ("POST", f"{WARDS}/feedback", f'{{"rows": [{{"prediction_id": 1, "truth": "{HALF}"}}]}}'),
    ("POST", f"{WARDS}/predictions", VISIT % (HUGE, '"north"', "3", AT)),
    ("POST", f"{WARDS}/predictions", VISIT % ("1e400", '"north"', "3", AT)),
    ("POST", f"{WARDS}/predictions", VISIT % ("1", '"north"', "NaN", AT)),
    ("POST", f"{WARDS}/predictions", VISIT % ("1", f'"{HALF}"', "3", AT)),
    ("POST", f"{WARDS}/predictions", VISIT % ("1", '"a\\u0000b"', "3", AT)),
    ("POST", f"{WARDS}/predictions", VISIT % ("1", '"north"', "3", '"0001-01-01T00:00:00+14:00"')),
    ("POST", f"{WARDS}/predictions", VISIT % ("1", '"north"', "3", '"9999-12-31T23:59:59-14:00"')),
    ("POST", f"{WARDS}/predictions", (VISIT % ("1", '"north"', "3", AT)).replace("ward", HALF)),
    ("POST", f"{WARDS}/predictions", '{"rows": ' + "[" * 50_000 + "]" * 50_000 + "}"),
    ("POST", f"{WARDS}/tables/wards/rows", f'{{"rows": [{{"ward": "{HALF}", "beds": 1}}]}}'),
    ("POST", f"{WARDS}/tables/wards/rows", f'{{"rows": [{{"{HALF}": "a", "beds": 1}}]}}'),
    ("POST", f"{WARDS}/snapshots", '{"rows": {"extent": "last days", "amount": 99999999999}}'),
    ("POST", f"{WARDS}/snapshots", f'{{"rows": {{"extent": "last rows", "amount": {HUGE}}}}}'),
    ("POST", f"{WARDS}/snapshots", f'{{"rows": {{"sample": {HUGE}}}}}'),
    ("POST", f"{WARDS}/triggers", '{"kind": "time", "threshold": NaN}'),
    ("POST", f"{WARDS}/triggers", '{"kind": "size", "threshold": 1e999}'),
    ("PATCH", WARDS, '{"policy": {"margin": NaN}}'),
    ("PATCH", WARDS, '{"policy": {"window_days": 99999999999}}'),
    ("PATCH", WARDS, '{"policy": {"rope": NaN}}'),
    ("PATCH", WARDS, f'{{"policy": {{"folds": "by group", "fold_group": "{HALF}"}}}}'),
    ("PATCH", WARDS, '{"policy": {"holdout": {"kind": "newest", "share": NaN}}}'),
    ("POST", f"{V1}/ensembles", f'{{"models": [1, {HUGE}]}}'),
    ("GET", f"{V1}/comparisons?models=1,{HUGE}", ""),
    ("POST", f"{WARDS}/fan-outs", f'{{"snapshot_id": 1, "column": "{HALF}", "minimum_rows": 24}}'),
    ("POST", f"{WARDS}/segments", f'{{"name": "{HALF}", "where": [{{"column": "age", "operator": "=", "value": 1}}]}}'),
    ("POST", f"{WARDS}/segments", '{"name": "a", "where": [{"column": "age", "operator": "=", "value": 1e999}]}'),
    ("GET", f"{WARDS}/champions?as_of=9999-12-31T23:59:59-14:00", ""),
]


def test_strange_input_is_refused_in_a_sentence(client: TestClient, champion: int) -> None:
    before = contents()

    for method, url, body in CALLS:
        answer = client.request(method, url, content=body, headers={"content-type": "application/json"})

        assert answer.status_code in (400, 404, 422), f"{method} {url} {body[:90]}: {answer.text}"
        assert is_one_sentence(answer.json()["error"]["sentence"]), answer.text
    assert contents() == before
