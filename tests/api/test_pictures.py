"""Pictures through HTTP: which there are, as files, asked for."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from db.session import transaction
from mms.domain.pictures import Picture, PictureKind, Theme
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.pictures import store_picture
from tests.http import TestClient
from tests.wards import MARCH


def test_a_drawn_picture_is_listed_and_saved_and_the_others_say_why_not(client: TestClient, champion: int) -> None:
    subject = Subject(SubjectKind.MODEL, champion)
    with transaction() as session:
        store_picture(session, Picture(subject, PictureKind.ROC_AUC, Theme.DARK, "c" * 64, b"<svg/>"), MARCH)
        store_picture(session, Picture(subject, PictureKind.ROC_AUC, Theme.LIGHT, "c" * 64, b"<svg/>"), MARCH)

    listed = {one["slug"]: one for one in client.get(f"/api/v1/models/{champion}/pictures").json()["pictures"]}
    saved = client.get(f"/api/v1/models/{champion}/pictures.zip", params={"theme": "dark"})

    assert listed["roc-curves"]["is_drawn"]
    assert "errors of numbers" in listed["residuals"]["reason"]
    assert not listed["confusion-matrix"]["is_drawn"]
    assert listed["confusion-matrix"]["reason"] is None
    with ZipFile(BytesIO(saved.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"roc-curves.svg": b"<svg/>"}


def test_the_same_pictures_are_queued_once(client: TestClient, champion: int) -> None:
    address = f"/api/v1/models/{champion}/pictures"

    first, second = (client.post(address, json={"kinds": ["roc-curves"]}) for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["job"] is not None
    assert second.json()["job"] is None


@pytest.mark.parametrize(
    ("kinds", "status", "sentence"),
    [
        (["elbow"], 404, "A model has no picture 'elbow'"),
        (["residuals"], 422, "There is no picture 'residuals' of this model"),
        ("all", 422, ""),
    ],
)
def test_a_wrong_kind_is_refused(client: TestClient, champion: int, kinds: object, status: int, sentence: str) -> None:
    answer = client.post(f"/api/v1/models/{champion}/pictures", json={"kinds": kinds})

    assert answer.status_code == status
    assert sentence in answer.text


@pytest.mark.parametrize("address", ["models/99", "snapshots/99"])
def test_pictures_of_nothing_are_not_found(client: TestClient, champion: int, address: str) -> None:
    assert client.get(f"/api/v1/{address}/pictures/elbow.csv").status_code == 404
    assert client.get(f"/api/v1/{address}/pictures").status_code == 404
    assert client.get(f"/api/v1/{address}/pictures.zip").status_code == 404
