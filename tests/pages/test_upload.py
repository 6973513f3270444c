"""A file of one's own: from the upload to a project, also when a column is mixed on purpose."""

import pytest
from streamlit.testing.v1 import AppTest

from db.queries.projects import projects
from db.queries.tables import feature_tables
from db.session import reading
from mms.domain.members import Member
from mms.domain.tables import ColumnType
from tests.pages.conftest import Open

PLAIN = "order_id,amount,returned\n" + "".join(f"{i},{i}.5,{'yes' if i % 3 else 'no'}\n" for i in range(60))
MIXED = PLAIN.replace("17.5", "unknown")


def uploaded(app: AppTest, text: str) -> AppTest:
    app.file_uploader(key="new_file").set_value(("orders.csv", text.encode(), "text/csv")).run()
    assert not app.exception
    return app


@pytest.mark.slow
def test_one_file_and_one_target_make_a_project(open_page: Open, admin: Member) -> None:
    app = uploaded(open_page("data", new="file"), PLAIN)

    app.selectbox(key="new_target").set_value("returned").run()
    app.button(key="new_create").click().run()

    assert not app.exception
    with reading() as session:
        (made,) = projects(session, admin)
        (table,) = feature_tables(session, made.id)
    assert (made.name, made.task.value, made.positive_class) == ("orders", "binary", "no")
    assert (table.row_count, table.key) == (60, ("order_id",))


@pytest.mark.slow
def test_a_mixed_column_is_refused_until_the_reader_takes_it_as_it_is(open_page: Open, admin: Member) -> None:
    app = uploaded(open_page("data", new="file"), MIXED)
    assert "amount" in app.error[0].value
    with reading() as session:
        assert projects(session, admin) == []

    key = next(box.key for box in app.multiselect if box.key and box.key.startswith("as_they_are"))
    app.session_state[key] = ["amount"]
    app.run()
    app.selectbox(key="new_target").set_value("returned").run()
    app.button(key="new_create").click().run()

    assert not app.exception
    with reading() as session:
        (made,) = projects(session, admin)
        (table,) = feature_tables(session, made.id)
    assert table.column("amount").type is ColumnType.CATEGORY
