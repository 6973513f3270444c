"""Which column of a log says what: named, or found by its usual name."""

import pytest

from mms.domain.errors import Conflict, Invalid
from mms.domain.logs import ELSEWHERE, LogColumns, class_of, columns_of, guessed, guesses, refuse_elsewhere, roles_of
from mms.domain.projects import Task

BINARY, MANY, NUMBER = Task.BINARY, Task.MULTICLASS, Task.REGRESSION


@pytest.mark.parametrize(
    ("task", "names", "roles"),
    [
        (BINARY, "timestamp score actual age", {"time": "timestamp", "score": "score", "truth": "actual"}),
        (BINARY, "Predicted At, Y_Pred", {"time": "Predicted At", "label": "Y_Pred"}),
        (BINARY, "time id label truth_at", {"time": "time", "entity": "id", "label": "label"}),
        (NUMBER, "time pred truth known_at", {
            "time": "time", "value": "pred", "truth": "truth", "truth time": "known_at",
        }),
        (MANY, "time p_a prob_b truth", {
            "time": "time", "truth": "truth", "probability of a": "p_a", "probability of b": "prob_b",
        }),
        (MANY, "time label p_a", {"time": "time", "label": "label"}),
        (BINARY, "time model score", {"time": "time", "model": "model", "score": "score"}),
    ],
)  # fmt: skip
def test_columns_of_usual_names_are_found_by_task(task: Task, names: str, roles: dict[str, str]) -> None:
    split = names.split(", ") if ", " in names else names.split()

    assert guessed(LogColumns(), split, task).roles == roles


def test_a_named_column_goes_before_a_usual_name_and_a_model_that_is_named_needs_none() -> None:
    found = guessed(LogColumns(time="sent", score="risk"), ["time", "sent", "risk", "model"], BINARY, model_named=True)

    assert found.roles == {"time": "sent", "score": "risk"}


@pytest.mark.parametrize(
    ("task", "asked", "names", "sentence"),
    [
        (BINARY, LogColumns(), "score", "Say which column tells when each answer was given"),
        (BINARY, LogColumns(), "time age", "Say which column holds the answer"),
        (NUMBER, LogColumns(), "time age", "Say which column holds the predicted number"),
        (NUMBER, LogColumns(label="l"), "time l value", "Labels and probabilities are answers of classes"),
        (BINARY, LogColumns(value="v"), "time v label", "A value is the answer of a number"),
        (MANY, LogColumns(score="s"), "time s", "name a probability for each class"),
        (BINARY, LogColumns(score="lost"), "time score", "The file has no column 'lost' for the score"),
        (BINARY, LogColumns(score="s", truth="s"), "time s", "Column 's' cannot be both score and truth"),
        (MANY, LogColumns(probabilities=(("a", "a"), ("b", "b"), ("a", "p_a"))), "time a b p_a",
         "'a' and 'p_a' are both the probability of 'a': name one of them"),
        (MANY, LogColumns(), "time p_a prob_a p_b", "'p_a' and 'prob_a' are both the probability of 'a'"),
    ],
)  # fmt: skip
def test_what_lacks_or_does_not_fit_is_said(task: Task, asked: LogColumns, names: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        guessed(asked, names.split(), task)


def test_what_somebody_chose_is_not_guessed_at_again() -> None:
    chosen = LogColumns(time="time", label="label")

    assert columns_of(chosen, ["time", "label", "id", "truth"], BINARY) == chosen
    with pytest.raises(Invalid, match="Say which column holds the answer"):
        columns_of(LogColumns(time="time"), ["time", "label"], BINARY)


def test_a_guess_may_be_too_little_for_a_log_and_each_task_has_its_roles() -> None:
    assert guesses(LogColumns(), ["sent", "risk", "truth"], BINARY).roles == {"truth": "truth"}
    assert [roles_of(task)[1:3] for task in (BINARY, MANY, NUMBER)] == [
        ("label", "score"), ("label", "truth"), ("value", "truth"),
    ]  # fmt: skip
    assert (class_of("p_late"), class_of("late")) == ("late", "late")


def test_only_a_model_served_elsewhere_is_refused() -> None:
    refuse_elsewhere("boosting", 3)

    with pytest.raises(Conflict, match="v3 is served elsewhere: MMS has its answers, not the model itself"):
        refuse_elsewhere(ELSEWHERE, 3)
