"""Where Yellowbrick draws: in the ink of a theme, one thread at a time, and nothing else of the process changes."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl
import pytest
from matplotlib import pyplot

from mms.charts.yellowbrick.gallery import draw
from mms.domain.pictures import PictureKind, Theme
from tests.charts.test_yellowbrick_models import answers, values


@pytest.mark.parametrize("theme", Theme)
def test_a_picture_is_an_svg_in_the_ink_of_its_theme(theme: Theme) -> None:
    svg = draw(PictureKind.CLASSIFICATION_REPORT, theme, answers())

    assert b"<svg" in svg
    assert (b"#fafafa" in svg) is (theme is Theme.DARK)
    assert not pyplot.get_fignums()


@pytest.mark.slow
def test_many_points_make_no_large_picture() -> None:
    assert len(draw(PictureKind.RESIDUALS, Theme.LIGHT, values(30_000))) < 400_000


def test_drawing_leaves_the_process_as_it_was() -> None:
    before = dict(mpl.rcParams)

    draw(PictureKind.CLASSIFICATION_REPORT, Theme.DARK, answers())

    assert dict(mpl.rcParams) == before


@pytest.mark.slow
def test_threads_draw_what_one_thread_draws() -> None:
    alone = draw(PictureKind.CLASS_PREDICTION_ERROR, Theme.LIGHT, answers())

    with ThreadPoolExecutor(4) as pool:
        tasks = [pool.submit(draw, PictureKind.CLASS_PREDICTION_ERROR, Theme.LIGHT, answers()) for _ in range(4)]

    assert {task.result() for task in tasks} == {alone}


@pytest.mark.slow
def test_a_python_without_distutils_draws_too() -> None:
    program = (
        "import sys; sys.modules['distutils'] = None\n"
        "from mms.charts.yellowbrick.gallery import draw\n"
        "from mms.domain.pictures import PictureKind, Theme\n"
        "from tests.charts.test_yellowbrick_models import values\n"
        "print(draw(PictureKind.RESIDUALS, Theme.LIGHT, values())[:5])\n"
    )

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)

    assert answer.stdout.strip() == "b'<?xml'", answer.stderr
