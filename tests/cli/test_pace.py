from __future__ import annotations

import pytest

from impasto.apps.cli.pace import Pace, clock
from impasto.solve import Level


def test_nothing_is_claimed_before_a_step_is_measured():
    pace = Pace((Level(10, 10, 5),))
    pace.begin(0, 0.0)
    assert pace.steps_per_second is None
    assert pace.seconds_left is None


def test_even_steps_give_their_rate_and_the_rest_in_proportion_to_pixels():
    pace = Pace((Level(10, 10, 4), Level(20, 10, 3)))
    pace.begin(0, 100.0)
    pace.step(0, 0, 100.5)
    pace.step(0, 1, 101.0)
    assert pace.steps_per_second == pytest.approx(2.0)
    assert pace.seconds_left == pytest.approx(2 * 0.5 + 3 * 1.0)


def test_a_new_level_is_guessed_from_the_last_and_then_measured():
    pace = Pace((Level(10, 10, 1), Level(20, 10, 3)))
    pace.begin(0, 0.0)
    pace.step(0, 0, 1.0)
    pace.begin(1, 1.0)
    assert pace.seconds_left == pytest.approx(3 * 2.0)
    pace.step(1, 0, 5.0)
    assert pace.seconds_left == pytest.approx(2 * 4.0)


def test_the_last_step_leaves_nothing():
    pace = Pace((Level(8, 8, 1),))
    pace.begin(0, 0.0)
    pace.step(0, 0, 3.0)
    assert pace.seconds_left == 0.0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (59.4, "59 s"), (60, "1:00 min"), (3599.4, "59:59 min"), (3723, "1:02:03 h")]
)
def test_durations_read_as_people_write_them(seconds, text):
    assert clock(seconds) == text
