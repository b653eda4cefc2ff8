import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from solosync.jobs.schedule import SCHEDULE, SUNDAY, Daily, Hourly, Weekly, is_due, latest
from solosync.jobs.tasks import TASKS

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


@pytest.fixture
def in_zone(monkeypatch):
    """Moves this process to another time zone."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process can't be changed here")

    def move(zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


def ms(zone, text, fold=0):
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return int(moment.timestamp() * 1000)


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("rule", "now", "expected"),
    [
        (Hourly(20), "2026-11-21 09:20", "2026-11-21 09:20"),
        (Hourly(20), "2026-11-21 09:19:59", "2026-11-21 08:20"),
        (Hourly(20), "2026-11-21 00:05", "2026-11-20 23:20"),
        (Daily(3, 0), "2026-11-21 03:00", "2026-11-21 03:00"),
        (Daily(3, 0), "2026-11-21 02:59", "2026-11-20 03:00"),
        (Daily(3, 0), "2026-03-01 01:00", "2026-02-28 03:00"),
        (Weekly(SUNDAY, 4, 0), "2026-11-22 04:00", "2026-11-22 04:00"),  # a Sunday
        (Weekly(SUNDAY, 4, 0), "2026-11-22 03:59", "2026-11-15 04:00"),
        (Weekly(SUNDAY, 4, 0), "2026-11-28 23:00", "2026-11-22 04:00"),
    ],
)
def test_latest_time_that_a_rule_names(rule, now, expected):
    assert latest(rule, at(now)) == at(expected)


def test_what_never_ran_is_due():
    assert is_due(Daily(3, 0), None, ms(BERLIN, "2026-11-21 12:00"))


def test_run_that_was_missed_is_due_once_however_many_there_were(in_zone):
    in_zone(BERLIN)
    now = ms(BERLIN, "2026-11-21 12:00")
    assert is_due(Daily(3, 0), ms(BERLIN, "2026-11-01 03:00"), now)
    assert not is_due(Daily(3, 0), now, now + 1000)
    assert not is_due(Daily(3, 0), now, ms(BERLIN, "2026-11-22 02:59"))
    assert is_due(Daily(3, 0), now, ms(BERLIN, "2026-11-22 03:00"))


def test_time_is_the_one_on_the_wall_here(in_zone):
    last, now = ms("UTC", "2026-11-21 00:30"), ms("UTC", "2026-11-21 02:30")
    in_zone(BERLIN)  # 01:30 and 03:30
    assert is_due(Daily(3, 0), last, now)
    in_zone(NEW_YORK)  # 19:30 and 21:30 of the day before
    assert not is_due(Daily(3, 0), last, now)


@pytest.mark.parametrize(
    ("zone", "first_day", "rule"),
    [
        (BERLIN, "2026-10-24", Daily(2, 30)),  # 2:30 comes twice on the 25th
        (BERLIN, "2026-10-24", Daily(3, 0)),
        (BERLIN, "2026-03-28", Daily(2, 30)),  # there is no 2:30 on the 29th
        (BERLIN, "2026-03-28", Daily(3, 0)),
        (NEW_YORK, "2026-10-31", Daily(1, 30)),
        (NEW_YORK, "2026-03-07", Daily(2, 0)),
    ],
)
def test_daily_task_runs_once_each_day_when_the_clocks_change(in_zone, zone, first_day, rule):
    in_zone(zone)
    start = ms(zone, f"{first_day} 00:00")
    end = ms(zone, str((at(first_day) + timedelta(days=3)).date()) + " 00:00")
    last, days = start - 1, []
    for now in range(start, end, 60_000):
        if is_due(rule, last, now):
            last = now
            days.append(datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date().day)
    # The first is the one of the day before, missed at midnight, if that was so.
    first = at(first_day)
    assert days[-3:] == [(first + timedelta(days=day)).day for day in range(3)]
    assert len(days) <= 3


def test_clock_that_was_ahead_does_not_hold_a_task_up_for_years():
    now = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp() * 1000)
    assert is_due(Daily(3, 0), now + 10**12, now)
    assert not is_due(Daily(3, 0), now, now + 1)


def test_all_that_is_scheduled_is_a_task():
    assert set(SCHEDULE) <= set(TASKS)
    assert SCHEDULE["solo.cleanup_exports"] == Daily(3, 0)
    assert SCHEDULE["solo.cleanup_orphan_files"] == Weekly(SUNDAY, 4, 0)
