"""A CSV of ours runs nothing in a spreadsheet."""

import csv
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest

from mms.domain.exports import csv_lines, guarded, zipped


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1.5, 3, None, True, "-1.5", "+3", "late", "a=b", ""])
def test_numbers_and_words_stay_as_they_are(value: object) -> None:
    assert guarded(value) == value


def test_a_table_comes_back_as_it_went_out() -> None:
    text = "".join(csv_lines(["a", "=b"], [(1, 'says "x", y'), (None, "two\nlines")]))

    assert list(csv.reader(StringIO(text))) == [["a", "'=b"], ["1", 'says "x", y'], ["", "two\nlines"]]


def test_a_zip_holds_its_files_and_is_the_same_each_time() -> None:
    files = {"a.svg": b"<svg/>", "b.svg": b""}

    first, second = zipped(files), zipped(files)

    assert first == second
    with ZipFile(BytesIO(first)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
