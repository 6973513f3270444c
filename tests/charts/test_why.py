"""The way from the error before to the error since, step by step, without a rest."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mms.charts import why as chart
from mms.domain.why import Group, Share, Why

AT = datetime(2026, 3, 1, tzinfo=UTC)


def group(rule: str, mix: float, relation: float) -> Group:
    return Group(rule, (), 0.5, 0.5, 0.1, 0.2, mix, relation)


def a_why(groups: int = 2, counts: bool = True) -> Why:
    found = tuple(group(f"ward = '{i}'", 0.01, 0.1 / (i + 1)) for i in range(groups))
    mix, relation = sum(g.mix for g in found), sum(g.relation for g in found)
    shares = Share(mix, mix - 0.01, mix + 0.01), Share(relation, relation - 0.02, relation + 0.02)
    return Why(AT, AT, AT, 100, 100, 0.1, 0.1 + mix + relation, *shares, found, counts)


@pytest.mark.parametrize(("groups", "rest"), [(1, set()), (2, set()), (7, {"1 other group"}), (9, {"3 other groups"})])
def test_the_steps_lead_from_before_to_since(groups: int, rest: set[str]) -> None:
    why = a_why(groups)

    info = chart.why_of(why)
    figure = chart.figure(info)

    assert info.before + sum(value for _, value in info.steps) == pytest.approx(info.after)
    assert len(figure.data[0].y) == len(info.steps) + 2
    assert list(figure.data[0].measure)[-1] == "total"
    assert {name for name, _ in info.steps if "other group" in name} == rest


def test_the_sentence_names_both_parts_with_their_bands_and_who_carries_most() -> None:
    words = chart.words(chart.why_of(a_why()))

    assert words == (
        "Its mean error rose from 10.0 % to 27.0 %. +2 points (+1 to +3) come of other rows (mix shift), +15 points "
        "(+13 to +17) of worse answers to the same rows (changed relation). 65 % of it lies where ward = '0'."
    )


def test_errors_of_numbers_are_told_in_their_units() -> None:
    assert "rose from 0.1 to 0.27. +0.02 (" in a_why(counts=False).sentence


def test_an_error_that_fell_came_of_better_answers_and_one_group_may_carry_more_than_all_of_it() -> None:
    some = a_why(1)
    (group,) = some.groups
    fell = replace(
        some, after=some.before - 0.02, relation=Share(-0.04, -0.05, -0.03), groups=(replace(group, relation=-0.05),)
    )

    assert "of better answers to the same rows" in fell.sentence
    assert fell.sentence.endswith("More than all of it lies where ward = '0'; other groups changed the other way.")
