"""The weekly report says of every project what the health page says, and what was done, as HTML and PDF."""

from datetime import UTC, datetime

from mms.domain.activity import Event, Happening
from mms.domain.condition import Condition, Mood, ProjectWeek
from mms.domain.subjects import Subject, SubjectKind
from mms.reports.html import to_html
from mms.reports.pdf import to_pdf
from mms.reports.weekly import weekly_paper

NOW = datetime(2026, 3, 8, 9, tzinfo=UTC)
FLIGHTS = Condition(
    1, "Flights <b>", "Ada", Mood.NEEDS, "Its F1 fell. Retrain?", ("300 false alarms.",),
    (("Champion", "v1 tree"), ("F1 at promotion", "0.490"), ("F1 now", "0.300"), ("Labels", "96 % known"),
     ("Decay", "decaying"), ("Next trigger", "time"), ("Requests", "none"), ("Owner", "Ada")),
    "F1", (0.5, 0.3),
)  # fmt: skip
CALM = Condition(2, "Calm", "Bo", Mood.WELL, "All is well.", (), (("Champion", "none yet"), ("Owner", "Bo")), "MAE", ())
SAID = Event(
    Happening.COMMENT, 1, NOW, 1, "Flights", "Grace", "wrote: <script>alert(1)</script>", Subject(SubjectKind.MODEL, 1)
)


def test_the_report_lists_every_project_then_each_with_its_events() -> None:
    paper = weekly_paper([ProjectWeek(FLIGHTS, NOW, (SAID,)), ProjectWeek(CALM, NOW, ())], NOW)
    html = to_html(paper)

    assert paper.title == "Models in the week to 8 March 2026"
    for words in (
        "1 of 2 projects are well. Flights &lt;b&gt; needs you.", "<h2>Flights &lt;b&gt;: needs you</h2>",
        "Its F1 fell. Retrain?", "300 false alarms.", "<td>0.490</td><td>0.300</td><td>96 % known</td><td>time</td>",
        "F1 by month █▁, from 0.500 to 0.300.", "Nothing was done in the week to 8 March 2026.",
        "wrote: &lt;script&gt;alert(1)&lt;/script&gt;",
    ):  # fmt: skip
        assert words in html, words
    assert "<script" not in html
    assert to_pdf(paper).startswith(b"%PDF")


def test_without_a_project_the_report_says_so() -> None:
    assert "There is no project yet." in to_html(weekly_paper([], NOW))
