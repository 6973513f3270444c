"""Triggers and schedules through HTTP: a whole rule goes in and comes out, a strange one is refused in a sentence."""

from typing import Any

import pytest

from tests.contents import contents, is_one_sentence
from tests.http import TestClient

V1 = "/api/v1"
WARDS = f"{V1}/projects/Wards"
HUGE = "9" * 25
HALF = "\\ud800"
RULE: dict[str, Any] = {
    "conditions": [
        {"kind": "time", "cron": "0 2 * * 1", "zone": "Europe/Berlin"},
        {"kind": "decay", "threshold": 0.05, "metric": "f1", "grain": "week"},
        {"kind": "size", "threshold": 500},
    ],
    "needs": 2,
    "cooldown_days": 14,
    "quiet": {"from": "22:00", "to": "06:00", "zone": "Europe/Berlin"},
    "budget": {"firings": 2, "days": 30},
    "minimum_labels": 200,
    "window": {"kind": "last days", "days": 28},
    "space": "neighbourhood",
}


@pytest.mark.slow
def test_a_whole_rule_is_kept_as_it_was_sent(client: TestClient, champion: int) -> None:
    path = f"{WARDS}/triggers"
    made = client.post(path, json={**RULE, "name": "watch", "scope": "group:ward=north"}).json()["trigger"]
    first = client.get(path).json()["triggers"][0]["trigger"]
    client.patch(f"{V1}/triggers/{made}", json={"rule": {"kind": "drift", "threshold": 0.5}, "name": "shift"})
    second = client.get(path).json()["triggers"][0]["trigger"]

    sent = [{"threshold": None, "cron": None, "zone": "UTC", "metric": None, "grain": "month"} | condition
            for condition in RULE["conditions"]]  # fmt: skip
    assert first["rule"] == {**RULE, "conditions": sent}
    assert (first["name"], first["scope"], second["name"]) == ("watch", "group:ward=north", "shift")
    assert first["words"].startswith("Retrain when at least 2 of these hold: the clock says so: every Monday at 02:00")
    assert second["rule"]["conditions"][0]["kind"] == "drift"


@pytest.mark.slow
def test_a_rules_past_is_told_and_nothing_is_stored(client: TestClient, champion: int) -> None:
    told = client.post(f"{WARDS}/triggers/preview", json={"kind": "time", "threshold": 1, "cooldown_days": 0}).json()
    unread = client.post(f"{WARDS}/triggers/preview", json={"kind": "drift", "threshold": 0.5}).json()

    assert len(told["fired_on"]) == 1, "with no rest it fires once, and has not let go since"
    assert told["past"].startswith("It would have fired on ")
    assert unread["past"] == "Its past cannot be read: drift is measured for the present only."
    assert client.get(f"{WARDS}/triggers").json()["triggers"] == []


def test_schedules_are_made_changed_and_deleted(client: TestClient, champion: int) -> None:
    path = f"{WARDS}/snapshot-schedules"
    made = client.post(path, json={"cron": "0 2 * * *", "zone": "Europe/Berlin", "last_days": 90}).json()["schedule"]
    client.patch(f"{V1}/snapshot-schedules/{made}", json={"zone": "UTC", "enabled": False})
    (row,) = client.get(path).json()["schedules"]
    deleted = client.delete(f"{V1}/snapshot-schedules/{made}")

    assert (row["cron"], row["zone"], row["enabled"], row["selection"]["amount"]) == ("0 2 * * *", "UTC", False, 90)
    assert (deleted.status_code, client.get(path).json()) == (200, {"schedules": []})


ODD = (
    "{}",
    '{"conditions": []}',
    '{"kind": "size", "threshold": 5, "conditions": [{"kind": "size", "threshold": 5}]}',
    '{"kind": "time", "threshold": null}',
    '{"conditions": [{"kind": "time", "cron": "0 0 31 2 *"}]}',
    '{"conditions": [{"kind": "time", "cron": "* * * * * *"}]}',
    '{"conditions": [{"kind": "time", "cron": "0 0 * * *", "zone": "Mars"}]}',
    f'{{"conditions": [{{"kind": "time", "cron": "{HALF} 0 * * *"}}]}}',
    f'{{"conditions": [{{"kind": "time", "cron": "0 0 * * *", "zone": "{HALF}"}}]}}',
    '{"conditions": [{"kind": "time", "cron": "0 0 * * *", "zone": "a\\u0000b"}]}',
    '{"conditions": [{"kind": "decay", "threshold": 0.1, "metric": "rmse"}]}',
    '{"conditions": [{"kind": "decay", "threshold": 0.1, "grain": "hour"}]}',
    '{"kind": "drift", "threshold": 1.5}',
    '{"kind": "cost", "threshold": NaN}',
    '{"kind": "size", "threshold": 5, "needs": 2}',
    '{"kind": "size", "threshold": 5, "cooldown_days": 1e300}',
    '{"kind": "size", "threshold": 5, "budget": {"firings": 0, "days": 1}}',
    '{"kind": "size", "threshold": 5, "budget": {"firings": 1, "days": NaN}}',
    '{"kind": "size", "threshold": 5, "quiet": {"from": "06:00", "to": "06:00"}}',
    '{"kind": "size", "threshold": 5, "quiet": {"from": "25:00", "to": "06:00"}}',
    '{"kind": "size", "threshold": 5, "quiet": {"from": "05:00", "to": "06:00", "zone": "Mars"}}',
    f'{{"kind": "size", "threshold": 5, "minimum_labels": {HUGE}}}',
    f'{{"kind": "size", "threshold": 5, "window": {{"kind": "last days", "days": {HUGE}}}}}',
    '{"kind": "size", "threshold": 5, "window": {"kind": "since decay began"}}',
    '{"kind": "size", "threshold": 5, "scope": "moon"}',
    f'{{"kind": "size", "threshold": 5, "scope": "group:ward={HALF}"}}',
    '{"kind": "size", "threshold": 5, "scope": "segment:none"}',
    '{"kind": "size", "threshold": 5, "scope": "user:1"}',
    f'{{"kind": "size", "threshold": 5, "name": "{HALF}"}}',
    '{"kind": "size", "threshold": 5, "name": "a\\nb"}',
)


@pytest.mark.slow
def test_a_rule_that_cannot_be_meant_is_refused_in_a_sentence(client: TestClient, champion: int) -> None:
    before = contents()
    headers = {"content-type": "application/json"}
    calls = [(f"{WARDS}/triggers", body) for body in ODD] + [(f"{WARDS}/triggers/preview", body) for body in ODD[:8]]
    calls += [
        (f"{WARDS}/snapshot-schedules", body)
        for body in ('{"cron": "0 0 31 2 *"}', '{"cron": "x"}', '{"cron": "0 0 * * *", "last_days": 0}',
                     f'{{"cron": "0 0 * * *", "last_days": {HUGE}}}', '{"cron": "0 0 * * *", "zone": "Mars"}')
    ]  # fmt: skip

    for url, body in calls:
        answer = client.request("POST", url, content=body, headers=headers)

        assert answer.status_code in (400, 404, 422), f"{url} {body}: {answer.text}"
        assert is_one_sentence(answer.json()["error"]["sentence"]), f"{body}: {answer.text}"
    assert contents() == before
