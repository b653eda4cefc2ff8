"""What a browser's own trace tells of how smooth a page is."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from tests.browser import Page

Event = dict[str, Any]
CATEGORIES = ["toplevel", "devtools.timeline", "cc", "benchmark"]
FRAME = "ProxyMain::BeginMainFrame"
TASK = "ThreadControllerImpl::RunTask"
REPORT = "PipelineReporter"


@dataclass(frozen=True)
class Smoothness:
    """Work is processor time of the page's main thread in milliseconds: what others take of the
    machine meanwhile isn't in it."""

    frames: int
    p95: float
    """Of the work from one frame to the next."""
    longest: float
    """The longest single task."""
    dropped: float
    """Frames that came too late for the screen, in percent."""


def start(page: Page) -> None:
    config = {"includedCategories": CATEGORIES}
    page.call("Tracing.start", transferMode="ReportEvents", traceConfig=config)
    page.events.clear()


def stop(page: Page) -> Smoothness:
    """Of what happened since ``start``."""
    page.call("Tracing.end")
    page.wait_for_event("Tracing.tracingComplete")
    parts = [about["value"] for name, about in page.events if name == "Tracing.dataCollected"]
    page.events.clear()
    return read([event for part in parts for event in part])


def read(events: list[Event]) -> Smoothness:
    whole = [event for event in events if "dur" in event]
    frames = [event for event in whole if event["name"] == FRAME]
    threads = {(event["pid"], event["tid"]) for event in frames}
    if len(threads) != 1:
        raise ValueError(f"one page was to be traced, not {len(threads)}")
    (thread,) = threads
    begins = sorted(event["ts"] for event in frames)
    work = [0.0] * len(begins)
    longest = 0.0
    for event in whole:
        if event["name"] == TASK and (event["pid"], event["tid"]) == thread:
            spent = event.get("tdur", 0) / 1000
            longest = max(longest, spent)
            place = bisect_right(begins, event["ts"] + event["dur"]) - 1
            if place >= 0:
                work[place] += spent
    return Smoothness(len(work), percentile(work, 95), longest, _dropped(events, thread[0]))


def _dropped(events: list[Event], process: int) -> float:
    """Of the frames that had something to show."""
    ends = [
        event["args"]["frame_reporter"]["state"]
        for event in events
        if event["name"] == REPORT and event["pid"] == process and "frame_reporter" in event["args"]
    ]
    wanted = [state for state in ends if state != "STATE_NO_UPDATE_DESIRED"]
    return 100 * wanted.count("STATE_DROPPED") / len(wanted) if wanted else 0.0


def percentile(values: list[float], percent: float) -> float:
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]
