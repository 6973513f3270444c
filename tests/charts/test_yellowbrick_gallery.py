"""Every kind of picture has what draws it."""

from mms.charts.yellowbrick.gallery import DRAWERS
from mms.domain.pictures import PictureKind, pictures_of
from mms.domain.subjects import SubjectKind
from mms.usecases.model_pictures import _TABLES


def test_every_kind_has_a_drawer() -> None:
    assert set(DRAWERS) == set(PictureKind)


def test_every_kind_of_model_picture_has_its_numbers() -> None:
    assert set(_TABLES) == set(pictures_of(SubjectKind.MODEL))
