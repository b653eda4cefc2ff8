"""A content stream for PDFium. Its curves and its numbers are made when it is complete, for all of
it at once: one by one, a hundred small paths would take longer than to be painted."""

from collections.abc import Iterator

import numpy as np

from solosync.render import wide_strokes
from solosync.render.geometry import Points
from solosync.render.pdfium_points import LENGTH, written
from solosync.render.polylines import Lines, flattened

_PER_CONTROL = 2 * LENGTH  # bytes that a point of a curve becomes, about


class Stream:
    """``size`` is about how long it is."""

    def __init__(self) -> None:
        self.size = 0
        # Bytes of the stream; in between, lines through the next so many points, or, negative,
        # the next so many chains of curves.
        self._parts: list[bytes | int] = []
        self._points: list[Points] = []
        self._lengths: list[int] = []
        self._controls: list[Points] = []
        self._sizes: list[int] = []
        self._strokes: list[int] = []  # which wide stroke each chain belongs to; 0 for none
        self._last_stroke = 0

    def __bool__(self) -> bool:
        return bool(self._parts)

    def write(self, text: str) -> None:
        self._parts.append(text.encode())
        self.size += len(text)

    def lines(self, lines: Lines, after: list[str] | None = None) -> None:
        """``after``: what follows each of them."""
        points, lengths = lines
        self._points.append(points)
        self._lengths += lengths
        self.size += len(points) * LENGTH
        self._add([len(points)] if after is None else lengths, after)

    def curves(
        self, chains: Lines, after: list[str] | None = None, *, is_wide: bool = False
    ) -> None:
        """Chains of cubics, in pixels. ``is_wide``: of a stroke wider than a pixel."""
        points, sizes = chains
        self._controls.append(points)
        self._sizes += sizes
        self._last_stroke += is_wide
        self._strokes += [self._last_stroke if is_wide else 0] * len(sizes)
        self.size += len(points) * _PER_CONTROL
        self._add([-len(sizes)] if after is None else [-1] * len(sizes), after)

    def _add(self, counts: list[int], after: list[str] | None) -> None:
        if after is None:
            self._parts += counts
        else:
            for count, text in zip(counts, after, strict=True):
                self._parts += (count, text.encode())

    def content(self) -> bytes:
        return b"".join(self._content())

    def _content(self) -> Iterator[bytes]:
        lines, curves = self._written_lines(), self._written_curves()
        point = chain = 0
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
            elif part >= 0:
                yield lines[point * LENGTH : (point + part) * LENGTH]
                point += part
            else:
                yield from curves[chain : chain - part]
                chain -= part

    def _written_lines(self) -> bytes:
        if not self._points:
            return b""
        return written(Lines(np.concatenate(self._points), self._lengths))

    def _written_curves(self) -> list[bytes]:
        """Each chain by itself; nothing of those that needn't be painted."""
        if not self._controls:
            return []
        chains = Lines(np.concatenate(self._controls), self._sizes)
        kept = wide_strokes.simplify(chains, np.array(self._strokes))
        lines = flattened(chains)
        text = written(lines)
        ends = np.cumsum([0, *lines.lengths]) * LENGTH
        spans = zip(ends[:-1].tolist(), ends[1:].tolist(), kept.tolist(), strict=True)
        return [text[start:end] if is_kept else b"" for start, end, is_kept in spans]
