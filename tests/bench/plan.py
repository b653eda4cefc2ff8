"""How long and how often everything is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    repeats: int
    """Runs of each server, interleaved; what is told is their median."""
    first_rate: int
    """Edits per second that the ramp to the highest rate begins with."""
    refinements: int
    step_seconds: float
    common_seconds: float
    endurance_windows: int
    endurance_window_seconds: float
    saves: dict[int, int]
    """Strokes on the board -> whole-state saves of it."""
    rest_seconds: float
    starts: int
    pdf_pages: int
    page_seconds: float
    """For each thing that is done on a board's page."""


FULL = Plan(
    repeats=3,
    first_rate=600,
    refinements=2,
    step_seconds=3,
    common_seconds=10,
    endurance_windows=10,
    endurance_window_seconds=60,
    saves={100: 60, 1_000: 40, 10_000: 15},
    rest_seconds=4,
    starts=5,
    pdf_pages=20,
    page_seconds=5,
)

QUICK = Plan(
    repeats=1,
    first_rate=900,
    refinements=1,
    step_seconds=1.5,
    common_seconds=3,
    endurance_windows=5,
    endurance_window_seconds=5,
    saves={100: 15, 1_000: 10, 10_000: 5},
    rest_seconds=2,
    starts=3,
    pdf_pages=4,
    page_seconds=1.5,
)
