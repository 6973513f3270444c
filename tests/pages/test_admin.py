"""The admin page: what of the site's settings file is left out, and why."""

from mms.settings import settings
from tests.pages.conftest import Open


def test_a_wrong_entry_of_the_settings_file_is_told(open_page: Open) -> None:
    settings().site_file.write_text('[[algorithms]]\nname = "ours"\nclass = "nowhere.at:All"\n')

    app = open_page("admin")

    assert not app.exception
    (warning,) = app.warning
    assert "entry 'ours' of algorithms is left out: 'nowhere.at:All' cannot be imported" in warning.value
