"""What the glyphs of a run stand for."""

from collections.abc import Iterator
from typing import NamedTuple

from solosync.render.scene import Glyphs


class Cluster(NamedTuple):
    """Glyphs of a run, from ``first`` up to ``end``, that together stand for some characters: its
    text's from ``start`` up to ``stop``."""

    first: int
    end: int
    start: int
    stop: int


def clusters_of(run: Glyphs) -> Iterator[Cluster]:
    """In the order in which they are painted, from left to right."""
    starts = sorted(set(run.clusters))
    stops = dict(zip(starts, [*starts[1:], len(run.text)], strict=False))
    first = 0
    for i in range(1, len(run.ids) + 1):
        if i == len(run.ids) or run.clusters[i] != run.clusters[first]:
            start = run.clusters[first]
            yield Cluster(first, i, start, stops[start])
            first = i
