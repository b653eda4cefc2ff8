"""The ramp finds a limit that is there, and says so when it found none."""

import pytest

from tests.bench.ramp import FACTOR, MOST_STEPS, Ramp, find_highest


@pytest.mark.parametrize("limit", [600, 700, 1000, 5000, 20_000])
def test_the_highest_rate_is_close_under_the_limit(limit: int) -> None:
    ramp = find_highest(lambda rate: rate <= limit, first=600, refinements=4)
    assert ramp.bounded
    assert limit * (1 - (FACTOR - 1) / 16 - 0.01) <= ramp.highest <= limit


def test_a_limit_under_the_first_rate_is_looked_for_below_it() -> None:
    ramp = find_highest(lambda rate: rate <= 160, first=600, refinements=2)
    assert ramp == Ramp(150, bounded=True)


def test_a_server_that_keeps_no_rate_has_none() -> None:
    assert find_highest(lambda rate: False, first=600, refinements=2) == Ramp(0, bounded=True)


def test_one_bad_moment_is_no_limit() -> None:
    tried: list[int] = []

    def keeps(rate: int) -> bool:
        tried.append(rate)
        return rate <= 1000 and len(tried) != 2

    assert find_highest(keeps, first=600, refinements=0) == Ramp(900, bounded=True)
    assert tried[:3] == [600, 900, 900]


def test_a_ramp_without_end_is_not_called_a_limit() -> None:
    ramp = find_highest(lambda rate: True, first=600, refinements=2)
    assert not ramp.bounded
    assert ramp.highest > 600 * (FACTOR - 0.01) ** (MOST_STEPS - 1)
