"""Decay over HTTP: the numbers of the charts, by time, age and segment."""

import pytest

from tests.http import TestClient

WARDS = "/api/v1/projects/Wards"


@pytest.fixture
def told(client: TestClient, champion: int) -> TestClient:
    """Three answers, two of which are known by now."""
    rows = [{"entity": {"patient": i}, "features": {"ward": "north", "age": 80}} for i in (100, 101, 102)]
    made = client.post(f"{WARDS}/predictions", json={"rows": rows}).json()["predictions"]
    truths = [{"prediction_id": one["id"], "truth": "yes"} for one in made[:2]]
    assert client.post(f"{WARDS}/feedback", json={"rows": truths}).is_success
    return client


def test_each_point_says_how_sure_it_is_and_whether_it_is_judged(told: TestClient) -> None:
    decay = told.get(f"{WARDS}/decay", params={"metric": "accuracy", "grain": "day"}).json()["decay"]

    (point,) = decay["points"]
    assert (decay["grain"], point["n"], point["labelled"], point["mature"]) == ("day", 3, 2, False)
    assert point["coverage"] == pytest.approx(2 / 3)
    assert point["estimate"]["low"] <= point["estimate"]["value"] <= point["estimate"]["high"]


def test_age_and_segments_have_routes_of_their_own(told: TestClient) -> None:
    ages = told.get(f"{WARDS}/decay/ages", params={"grain": "week"}).json()["ages"]
    segments = told.get(f"{WARDS}/decay/segments").json()["segments"]

    assert (ages["step"], len(ages["lines"])) == (7, 1)
    assert segments["lines"] == []


@pytest.mark.parametrize(
    "query", [{"grain": "fortnight"}, {"metric": "beauty"}, {"since": "2026-03-01T12:00:00"}, {"since": "soon"}]
)
def test_a_view_that_cannot_be_is_refused_in_words(client: TestClient, champion: int, query: dict[str, str]) -> None:
    for path in ("decay", "decay/ages", "decay/segments"):
        answer = client.get(f"{WARDS}/{path}", params=query)

        assert answer.status_code == 422
        assert answer.json()["error"]


def test_odd_truths_are_refused_in_a_sentence_and_change_no_chart(told: TestClient) -> None:
    def chart() -> object:
        return told.get(f"{WARDS}/decay", params={"metric": "accuracy", "grain": "day"}).json()["decay"]

    *_, last = told.get(f"{WARDS}/predictions").json()["predictions"]
    gone = told.post(
        f"{WARDS}/predictions", json={"rows": [{"entity": {"patient": 103}, "features": {"ward": "north", "age": 80}}]}
    ).json()["predictions"][0]["id"]
    assert told.delete(f"{WARDS}/predictions", params={"id": gone}).is_success
    before = chart()

    for said, why in (
        ({"known_at": "2026-03-01T12:00:00"}, "zone"),
        ({"known_at": "2999-01-01T00:00:00Z"}, "cannot be known at 2999-01-01"),
        ({"known_at": "2001-01-01T00:00:00Z"}, "cannot be known at 2001-01-01"),
        ({"truth": "perhaps"}, "is no class"),
        ({"prediction_id": gone}, f"no prediction {gone}"),
    ):
        answer = told.post(f"{WARDS}/feedback", json={"rows": [{"prediction_id": last["id"], "truth": "yes", **said}]})

        assert answer.status_code in (404, 422)
        assert why in answer.json()["error"]["sentence"]
    assert chart() == before


def test_a_truth_corrected_ten_times_counts_once(told: TestClient) -> None:
    first = told.get(f"{WARDS}/predictions").json()["predictions"][-1]

    for truth in ("no", "yes") * 5:
        assert told.put(f"{WARDS}/feedback", json={"rows": [{"prediction_id": first["id"], "truth": truth}]}).is_success

    (point,) = told.get(f"{WARDS}/decay", params={"metric": "accuracy", "grain": "day"}).json()["decay"]["points"]
    assert (point["n"], point["labelled"]) == (3, 2)
