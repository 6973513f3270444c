"""Every route goes through one member dependency; without the gate nobody gets in."""

from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from mms.api.access import current_member
from mms.api.app import create_api
from tests.http import TestClient


def calls_of(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from calls_of(inner)


def test_every_route_goes_through_the_member_dependency() -> None:
    found = list(iter_route_contexts(create_api().routes))

    assert len(found) > 30
    for route in found:
        assert route.dependant is not None
        assert current_member in calls_of(route.dependant), f"{route.path} answers anybody"


@pytest.mark.slow
def test_around_the_gate_nobody_is_signed_in(sqlite_store: str) -> None:
    client = TestClient(create_api())
    for path, _ in paths(client):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            assert client.request(method, path).status_code in (403, 405), f"{method} {path}"


def test_a_member_who_is_not_known_is_refused(sqlite_store: str) -> None:
    answer = TestClient(create_api()).get("/v1/projects", headers={"x-mms-member": "stranger"})

    assert answer.status_code == 403
    assert answer.json()["error"]["kind"] == "forbidden"


def test_the_interface_describes_itself_without_other_hosts(client: TestClient) -> None:
    description = client.get("/api/v1/openapi.json").json()

    assert "/v1/projects/{project}/predictions" in description["paths"]
    assert client.get("/api/docs").status_code == 404


def paths(client: TestClient) -> list[tuple[str, dict[str, object]]]:
    described = create_api().openapi()["paths"]
    return [(path.replace("{", "").replace("}", ""), verbs) for path, verbs in described.items()]
