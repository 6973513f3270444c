"""Files of strangers: what is read, what is inferred, and the one sentence for each kind of wrong."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from mms.domain.errors import Invalid
from mms.domain.tables import ColumnType
from mms.ml.files import draft_table, infer_task, read_file, typed_file


def written(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_each_type_is_inferred(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "whole,number,flag,word,code,when\n1,1.5,true,red,007,2026-01-01\n,NA,False,null,010,2026-01-02T03:04:05Z\n",
    )

    frame, types = read_file(file)

    assert [t.value for t in types.values()] == ["integer", "number", "boolean", "category", "category", "time"]
    assert [str(t) for t in frame.dtypes] == ["Int64", "float64", "boolean", "str", "str", "datetime64[us, UTC]"]
    assert frame["when"].tolist() == [pd.Timestamp("2026-01-01", tz="UTC"), pd.Timestamp("2026-01-02T03:04:05Z")]
    assert frame.iloc[1].isna().tolist() == [True, True, False, True, False, False]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    frame, _ = read_file(written(tmp_path, delimiter.join("ab") + "\n" + delimiter.join("12") + "\n"))

    assert frame.columns.tolist() == ["a", "b"]


def test_a_byte_order_mark_and_gzip_are_read(tmp_path: Path) -> None:
    file = written(tmp_path, gzip.compress("\ufeffname,n\nZoë,1\n".encode()), "data.csv.gz")

    frame, _ = read_file(file)

    assert frame.to_dict("list") == {"name": ["Zoë"], "n": [1]}


def test_quoted_line_breaks_belong_to_their_value(tmp_path: Path) -> None:
    frame, _ = read_file(written(tmp_path, 'a,b\n"x\ny",1\nz,2\n'))

    assert frame["a"].tolist() == ["x\ny", "z"]


def test_long_prose_is_text(tmp_path: Path) -> None:
    rows = "".join(f"the quick brown fox number {i} jumps\n" for i in range(20))

    assert read_file(written(tmp_path, "story\n" + rows))[1] == {"story": ColumnType.TEXT}


BAD = {
    "empty": ("", "is empty"),
    "no rows": ("a,b\n", "no rows"),
    "missing name": ("a,,c\n1,2,3\n", "Line 1 has no name for column 2 of 3"),
    "duplicated column": ("a,b,a\n1,2,3\n", "two columns 'a' (columns 1 and 3)"),
    "numbers for names": ("1,2,3\n4,5,6\n", "Line 1 holds numbers"),
    "ragged": ("a,b\n1,2\n3\n", "Line 3 has 1 values where the header has 2"),
    "ragged after a quoted line break": ('a,b\n"x\ny",2\n3,4,5\n', "Line 4 has 3 values"),
    "open quotation mark": ('a,b\n1,"2\n3,4\n', "Line 3 is not well formed"),
    "mixed numbers": ("a,b\n1,x\n2,y\nthree,z\n", "'a' holds mostly numbers, but line 4 has 'three'"),
    "mixed times": ("a\n2026-01-01\n2026-01-02\nsoon\n", "'a' holds mostly times, but line 4 has 'soon'"),
    "impossible time": ("a\n2026-01-01\n2026-02-31\n", "line 3 has '2026-02-31'"),
    "infinite": ("a\n1.5\n1e999\n", "'a' holds an infinite number"),
    "nul": ("a\nx\x00y\n", "'a' holds a NUL character"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_gets_one_sentence(tmp_path: Path, case: str) -> None:
    content, words = BAD[case]

    with pytest.raises(Invalid) as caught:
        read_file(written(tmp_path, content))

    assert words in caught.value.sentence
    assert caught.value.sentence.endswith(".")


def test_a_wrong_encoding_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"Line 3 is not UTF-8 text \(byte 0xe9\)"):
        read_file(written(tmp_path, b"a,b\nx,1\n" + "é,2\n".encode("latin-1")))


def test_a_broken_gzip_and_a_broken_parquet_are_told(tmp_path: Path) -> None:
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 10_000)

    with pytest.raises(Invalid, match="broken gzip"):
        read_file(written(tmp_path, whole[:20], "a.csv.gz"))
    with pytest.raises(Invalid, match="no readable Parquet"):
        read_file(written(tmp_path, b"PAR1 and no more", "a.parquet"))
    with pytest.raises(Invalid, match="There is no file"):
        read_file(tmp_path / "nowhere.csv")


def test_a_mixed_column_is_accepted_when_it_is_declared(tmp_path: Path) -> None:
    file = written(tmp_path, "a,b\n1,1\n2,2\nthree,3\n")

    frame, types = read_file(file, {"a": ColumnType.CATEGORY})

    assert types["a"] is ColumnType.CATEGORY
    assert frame["a"].tolist() == ["1", "2", "three"]


def test_a_declared_type_that_does_not_fit_names_line_and_value(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="'a' takes whole numbers, but line 3 has '2.5'"):
        read_file(written(tmp_path, "a\n1\n2.5\n"), {"a": ColumnType.INTEGER})


@pytest.mark.parametrize("declared", [ColumnType.TIME, ColumnType.NUMBER, ColumnType.INTEGER, ColumnType.BOOLEAN])
def test_a_declared_column_without_any_value_is_of_its_type(tmp_path: Path, declared: ColumnType) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id,known\n1,\n2,NA\n")

    frame, columns = typed_file(file, {"known": declared})

    assert (columns["known"].type, columns["known"].naive) == (declared, False)
    assert frame["known"].isna().all()


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    file = tmp_path / "data.parquet"
    given = pd.DataFrame(
        {"n": [1, 2], "x": [1.5, None], "c": ["p", None], "t": pd.to_datetime(["2026-01-01", "2026-01-02"])}
    )
    given.to_parquet(file)

    frame, types = read_file(file)

    assert [t.value for t in types.values()] == ["integer", "number", "category", "time"]
    assert str(frame["t"].dtype) == "datetime64[us, UTC]"


def test_the_draft_proposes_key_times_and_task(tmp_path: Path) -> None:
    rows = "".join(f"{i},2026-01-{i:02d} 10:00,2026-02-{i:02d},{'yes' if i % 3 else 'no'}\n" for i in range(1, 20))
    file = written(tmp_path, "visit_id,at,outcome_known,target\n" + rows)

    draft = draft_table(file, "target")

    assert (draft.key, draft.time, draft.label_time, draft.task) == (("visit_id",), "at", "outcome_known", "binary")
    assert draft.row_count == 19
    assert draft.notes == ("Times without a zone are taken as UTC: at, outcome_known.",)


def test_without_an_identifier_no_key_is_proposed(tmp_path: Path) -> None:
    assert draft_table(written(tmp_path, "x,y\n1,2\n3,4\n")).key == ()


@pytest.mark.parametrize(
    ("values", "type_", "task"),
    [
        ([True, False], ColumnType.BOOLEAN, "binary"),
        (["a", "b", "c"], ColumnType.CATEGORY, "multiclass"),
        ([0, 1, 1], ColumnType.INTEGER, "binary"),
        ([1, 2, 3], ColumnType.INTEGER, "multiclass"),
        ([1.5, 2.5, 3.5], ColumnType.NUMBER, "regression"),
        (list(range(50)), ColumnType.INTEGER, "regression"),
    ],
)
def test_the_target_suggests_the_task(values: list[object], type_: ColumnType, task: str) -> None:
    assert infer_task(pd.Series(values, name="target"), type_) == task


def test_a_target_with_one_class_is_refused() -> None:
    with pytest.raises(Invalid, match="one value 'yes' only"):
        infer_task(pd.Series(["yes", "yes"], name="target"), ColumnType.CATEGORY)
