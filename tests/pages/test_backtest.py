"""The tab Back-test: what it takes before the click, then the policies, and a rule switched on beside its result."""

from datetime import UTC, datetime

import pytest

from db.queries.triggers import live_triggers
from db.session import reading, transaction
from mms.domain.members import PRODUCT
from mms.domain.triggers import TriggerChanges, TriggerKind, draft_of
from mms.usecases.triggers import create_trigger, edit_trigger
from tests.backtested import fit_past
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage


@pytest.mark.slow
def test_the_past_is_fitted_replayed_and_a_rule_switched_on(open_staged: Open, stage: Stage) -> None:
    with transaction() as session:
        made = create_trigger(session, PRODUCT, stage.project.id, draft_of(TriggerKind.SIZE, 26, 0.0), NOW)
        edit_trigger(session, PRODUCT, made, TriggerChanges(enabled=False), NOW)
    page = open_staged("triggers", project=stage.project.id)
    page.button(key=f"past_{made}").click().run()
    assert "Nobody has replayed" in page.markdown[0].value

    page.selectbox(key="backtest_period").set_value("rows").run()
    page.number_input(key="backtest_rows").set_value(13).run()
    words = " ".join(one.value for one in page.markdown)
    assert "10 periods" in words
    assert "fits" in words
    page.button(key="ask_backtest").click().run()
    assert not page.exception
    fit_past(datetime.now(UTC))
    page = open_staged("triggers", project=stage.project.id, tab="Back-test")

    assert not page.exception
    assert "without retraining" in page.markdown[0].value
    (table, *_) = page.dataframe
    names = table.value["policy"].tolist()
    assert names[:2] == ["never", "every period"]
    assert f"size (trigger {made})" in names
    page.selectbox(key="backtest_metric").set_value("Cost of mistakes").run()
    assert "cost per 1,000 answers" in page.markdown[0].value
    page.toggle(key="backtest_try").set_value(True).run()
    assert "size (tried rule 1)" in page.dataframe[0].value["policy"].tolist()
    assert page.button(key="backtest_on_None").label == "Add this trigger"
    page.button(key=f"backtest_on_{made}").click().run()
    with reading() as session:
        (trigger,) = (
            one for one in live_triggers(session, [stage.project.id], NOW)[stage.project.id] if one.id == made
        )
    assert trigger.enabled
