"""The first page has two names."""

from tests.http import TestClient


def test_the_name_of_the_first_page_leads_to_it(client: TestClient) -> None:
    answer = client.get("/health", follow_redirects=False)

    assert answer.status_code == 307
    assert answer.headers["location"] == "/"
