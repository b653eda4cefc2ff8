"""Lines of text of which glyphs go missing: what is left stays text, the rest can't be read."""

from collections.abc import Container, Iterator
from dataclasses import replace
from itertools import groupby

from solosync.render import regions
from solosync.render.geometry import Box, Matrix
from solosync.render.regions import Region
from solosync.render.runs import Cluster, clusters_of
from solosync.render.scene import Glyphs, Text

Place = tuple[int, int]  # which run of a text, and which of its glyphs


def glyph_boxes(op: Text) -> Iterator[tuple[Place, Box]]:
    """Those of the glyphs that have ink."""
    for r, run in enumerate(op.runs):
        scale = op.size / run.face.units_per_em
        for i, (x, y) in enumerate(run.positions.tolist()):
            ink = run.face.glyph_box(run.ids[i])
            if not ink.is_empty:
                left, top = op.x + x, op.y + y
                yield (
                    (r, i),
                    Box(
                        left + ink.left * scale,
                        top + ink.top * scale,
                        left + ink.right * scale,
                        top + ink.bottom * scale,
                    ),
                )


def glyph_region(op: Text, place: Place) -> Region:
    r, i = place
    run = op.runs[r]
    scale = op.size / run.face.units_per_em
    x, y = run.positions[i].tolist()
    matrix = Matrix(scale, 0, 0, scale, op.x + x, op.y + y)
    return regions.of_path(run.face.glyph_path(run.ids[i]).transformed(matrix))


def without(op: Text, gone: Container[Place]) -> tuple[list[Text], list[Place]]:
    """The text without clusters of which a glyph is gone, and without the spaces beside those:
    each stretch between gaps becomes a text of its own. And the other glyphs of those clusters."""
    line = [(r, cluster) for r, run in enumerate(op.runs) for cluster in clusters_of(run)]
    touched = [any((r, i) in gone for i in range(c.first, c.end)) for r, c in line]
    torn = [
        (r, i)
        for (r, c), is_touched in zip(line, touched, strict=True)
        for i in range(c.first, c.end)
        if is_touched and (r, i) not in gone
    ]
    left = [
        not (any(touched[max(0, i - 1) : i + 2]) if _is_space(op.runs[r], c) else touched[i])
        for i, (r, c) in enumerate(line)
    ]
    texts = []
    for is_left, stretch in groupby(zip(left, line, strict=True), key=lambda place: place[0]):
        if is_left:
            runs = [
                _part(op.runs[r], [cluster for _, (_, cluster) in members])
                for r, members in groupby(stretch, key=lambda place: place[1][0])
            ]
            text = "".join(run.text for run in sorted(runs, key=lambda run: run.start))
            texts.append(replace(op, text=text, runs=tuple(runs)))
    return texts, torn


def _is_space(run: Glyphs, cluster: Cluster) -> bool:
    ids = run.ids[cluster.first : cluster.end]
    return all(run.face.glyph_box(glyph).is_empty for glyph in ids)


def _part(run: Glyphs, members: list[Cluster]) -> Glyphs:
    """The run reduced to clusters that follow each other."""
    first, end = members[0].first, members[-1].end
    start = min(cluster.start for cluster in members)
    stop = max(cluster.stop for cluster in members)
    return replace(
        run,
        ids=run.ids[first:end],
        positions=run.positions[first:end],
        clusters=tuple(cluster - start for cluster in run.clusters[first:end]),
        text=run.text[start:stop],
        start=run.start + start,
    )
