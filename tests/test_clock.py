import time

from solosync import clock as clocks


def test_times_are_integers_of_the_same_moment(clock):
    assert clocks.now_us() == 1767323045678901
    assert clocks.now_ms() == 1767323045678


def test_time_runs_with_the_machines():
    before = time.time_ns()
    now = clocks.now_us()
    assert before // 1_000 <= now <= time.time_ns() // 1_000


def test_wire_form_always_has_six_digits_and_a_z():
    assert clocks.iso(0) == "1970-01-01T00:00:00.000000Z"
    assert clocks.iso(1767323045678) == "2026-01-02T03:04:05.678000Z"
    assert clocks.iso_us(1767323045678901) == "2026-01-02T03:04:05.678901Z"


def test_wire_form_loses_no_microsecond_to_floating_point():
    for us in (1767323045000001, 1767323045999999, 4102444799999999):
        assert clocks.iso_us(us).endswith(f".{us % 1_000_000:06}Z")


def test_people_are_shown_the_minute_or_the_second():
    assert clocks.text(1767323045678) == "2026-01-02 03:04"
    assert clocks.text(1767323045678, "seconds") == "2026-01-02 03:04:05"
