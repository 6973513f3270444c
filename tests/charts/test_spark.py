"""Sparks."""

from mms.charts import spark


def test_a_spark_is_a_line_without_axes() -> None:
    drawn = spark.figure([0.5, 0.4, 0.3], "F1")

    assert list(drawn.data[0].y) == [0.5, 0.4, 0.3]
    assert drawn.layout.xaxis.visible is False
    assert spark.words([0.5, 0.4, 0.3], "F1") == "F1 went from 0.500 to 0.300 over 3 periods."
    assert spark.figure([], "F1").layout.annotations[0].text == "There is no F1 yet."
