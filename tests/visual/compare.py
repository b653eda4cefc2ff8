"""How alike two pictures of the same board are.

Both show the same area at the same scale. They are compared at the size at which the reference's
content is 1,000 px wide, inside the bounds of what either has drawn:

- bounds: how far a side of our content's box lies from the reference's, in pixels;
- similarity: structural similarity (Wang et al. 2004: Gaussian window of sigma 1.5, K1 0.01,
  K2 0.03), the mean of the three colours, after a blur of sigma 1.5;
- recall: how much of the reference's ink has ink of ours within 3 px, and the other way round;
- colour: how far the blurred pictures are apart where there is ink, on average, in levels of 255;
- gap: the most ink without such a counterpart in any square of 40 px. A single missing stroke
  hardly moves the other figures of a full page, but it leaves a gap.

numpy and Pillow only.
"""

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw

Pixels = npt.NDArray[np.float32]  # (height, width, 3), 0..255
Mask = npt.NDArray[np.bool_]

WIDTH = 1000
TALLEST = 4000  # a picture taller than that is compared at the size at which it is that tall
BLUR_SIGMA = 1.5
WINDOW_SIGMA = 1.5
INK_LEVELS = 20  # how much a pixel differs from the paper to be ink
REACH = 3
GAP_SQUARE = 40


@dataclass(frozen=True)
class Likeness:
    bounds: float
    similarity: float
    recall: float  # of the reference's ink, how much is in ours
    precision: float  # of our ink, how much is in the reference
    colour: float
    gap: int


@dataclass(frozen=True)
class Limits:
    bounds: float = 2.0
    median_similarity: float = 0.95
    worst_similarity: float = 0.90
    recall: float = 0.97
    colour: float = 32
    gap: float = 60

    def failures(self, likeness: Likeness) -> list[str]:
        """What one picture falls short of, in words."""
        checks = [
            (likeness.bounds <= self.bounds, f"bounds off by {likeness.bounds:.1f} px"),
            (
                likeness.similarity >= self.worst_similarity,
                f"similarity {likeness.similarity:.3f} < {self.worst_similarity}",
            ),
            (likeness.recall >= self.recall, f"recall {likeness.recall:.3f} < {self.recall}"),
            (
                likeness.precision >= self.recall,
                f"precision {likeness.precision:.3f} < {self.recall}",
            ),
            (likeness.colour <= self.colour, f"colours {likeness.colour:.0f} levels apart"),
            (likeness.gap <= self.gap, f"{likeness.gap} px of ink in one place are without match"),
        ]
        return [message for holds, message in checks if not holds]


SOLO = Limits()
EXCALIDRAW = Limits(
    median_similarity=0.90, worst_similarity=0.0, recall=0.90, colour=48, gap=math.inf
)


def compare(ours: Image.Image, reference: Image.Image) -> Likeness:
    """Transparency is seen on white; a picture that is smaller is continued with its paper."""
    a, b, paper = _same_size(ours, reference)
    box_a, box_b = _ink_box(a, paper), _ink_box(b, paper)
    if box_b is None:
        alike = box_a is None
        return Likeness(0 if alike else math.inf, float(alike), float(alike), float(alike), 0, 0)
    scale = min(WIDTH / (box_b[2] - box_b[0]), TALLEST / (box_b[3] - box_b[1]))
    size = (max(1, round(a.width * scale)), max(1, round(a.height * scale)))
    pixels_a = np.asarray(a.resize(size, Image.Resampling.LANCZOS), np.float32)
    pixels_b = np.asarray(b.resize(size, Image.Resampling.LANCZOS), np.float32)
    return _likeness(pixels_a, pixels_b, paper, _bounds_error(box_a, box_b, scale))


def _likeness(a: Pixels, b: Pixels, paper: tuple[int, ...], bounds: float) -> Likeness:
    ink_a, ink_b = _ink(a, paper), _ink(b, paper)
    rows = np.flatnonzero((ink_a | ink_b).any(axis=1))
    columns = np.flatnonzero((ink_a | ink_b).any(axis=0))
    inside = (
        slice(int(rows[0]), int(rows[-1]) + 1),
        slice(int(columns[0]), int(columns[-1]) + 1),
    )
    missing = ink_b & ~_dilated(ink_a)
    surplus = ink_a & ~_dilated(ink_b)
    soft_a, soft_b = _blurred(a[inside], BLUR_SIGMA), _blurred(b[inside], BLUR_SIGMA)
    apart = np.abs(soft_a - soft_b).max(axis=2)[(ink_a | ink_b)[inside]]
    return Likeness(
        bounds,
        float(_similarity_map(soft_a, soft_b).mean()),
        _share(missing, ink_b),
        _share(surplus, ink_a),
        float(apart.mean()),
        max(_densest(missing), _densest(surplus)),
    )


def report(results: Mapping[str, Likeness], limits: Limits) -> tuple[str, bool]:
    """A table, the worst first, and whether all of it is within the limits."""
    lines = ["similarity  recall  precision  bounds  colour  gap  picture"]
    is_good = bool(results)
    for name, one in sorted(results.items(), key=lambda item: item[1].similarity):
        failures = limits.failures(one)
        is_good &= not failures
        lines.append(
            f"{one.similarity:10.4f}  {one.recall:6.4f}  {one.precision:9.4f}  {one.bounds:6.2f}"
            f"  {one.colour:6.1f}  {one.gap:3d}  {name}"
            + (f"  FAILS: {'; '.join(failures)}" if failures else "")
        )
    if results:
        median = statistics.median(one.similarity for one in results.values())
        is_good &= median >= limits.median_similarity
        lines.append(f"{median:10.4f}  median of {len(results)}, {limits.median_similarity} wanted")
    return "\n".join(lines), is_good


def side_by_side(ours: Image.Image, reference: Image.Image) -> Image.Image:
    """Ours, the reference, and what differs (black: nothing), for a person to look at."""
    a, b, _ = _same_size(ours, reference)
    sheet = Image.new("RGB", (a.width * 3 + 20, a.height + 16), (255, 0, 255))
    pen = ImageDraw.Draw(sheet)
    panels = (("ours", a), ("reference", b), ("difference", ImageChops.difference(a, b)))
    for place, (title, picture) in enumerate(panels):
        sheet.paste(picture, (place * (a.width + 10), 16))
        pen.text((place * (a.width + 10) + 2, 2), title, fill=(255, 255, 255))
    return sheet


def _same_size(
    ours: Image.Image, reference: Image.Image
) -> tuple[Image.Image, Image.Image, tuple[int, ...]]:
    opaque = [_on_white(ours), _on_white(reference)]
    paper = _paper(opaque[1])
    size = (max(one.width for one in opaque), max(one.height for one in opaque))
    padded = []
    for one in opaque:
        canvas = Image.new("RGB", size, paper)
        canvas.paste(one, (0, 0))
        padded.append(canvas)
    return padded[0], padded[1], paper


def _on_white(image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, rgba).convert("RGB")


def _paper(image: Image.Image) -> tuple[int, int, int]:
    """The colour that most of the picture has."""
    pixels = np.asarray(image, np.uint32)
    codes = (pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]).ravel()
    values, counts = np.unique(codes, return_counts=True)
    code = int(values[counts.argmax()])
    return code >> 16, code >> 8 & 255, code & 255


def _ink(pixels: Pixels, paper: tuple[int, ...]) -> Mask:
    difference = np.abs(pixels - np.array(paper, np.float32)).max(axis=2)
    mask: Mask = difference > INK_LEVELS
    return mask


def _ink_box(image: Image.Image, paper: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    mask = _ink(np.asarray(image, np.float32), paper)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _bounds_error(ours: Iterable[int] | None, reference: Iterable[int], scale: float) -> float:
    if ours is None:
        return math.inf
    return max(abs(a - b) for a, b in zip(ours, reference, strict=True)) * scale


def _share(unmatched: Mask, ink: Mask) -> float:
    total = int(ink.sum())
    return 1 - int(unmatched.sum()) / total if total else 0.0


def _dilated(mask: Mask) -> Mask:
    """With all that lies within REACH pixels of it."""
    height, width = mask.shape
    wide = np.pad(mask, REACH)
    result = np.zeros_like(mask)
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            if dx * dx + dy * dy <= REACH * REACH:
                result |= wide[REACH + dy : REACH + dy + height, REACH + dx : REACH + dx + width]
    return result


def _densest(mask: Mask) -> int:
    """The most pixels in any square, found in squares that overlap by a half."""
    step = GAP_SQUARE // 2
    height, width = mask.shape
    padded = np.pad(mask, ((0, -height % step + step), (0, -width % step + step)))
    blocks = padded.reshape(padded.shape[0] // step, step, padded.shape[1] // step, step)
    counts = blocks.sum(axis=(1, 3))
    squares = counts[:-1, :-1] + counts[1:, :-1] + counts[:-1, 1:] + counts[1:, 1:]
    return int(squares.max())


def _blurred(pixels: Pixels, sigma: float) -> Pixels:
    """By a Gaussian; the edge pixels go on beyond the picture."""
    radius = math.ceil(3.5 * sigma)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2).astype(np.float32)
    weights /= weights.sum()
    for axis in (0, 1):
        margins = [(radius, radius) if other == axis else (0, 0) for other in range(3)]
        wide = np.pad(pixels, margins, mode="edge")
        pixels = np.zeros_like(pixels)
        length = pixels.shape[axis]
        for offset, weight in enumerate(weights):
            taken = slice(offset, offset + length)
            pixels += weight * (wide[taken] if axis == 0 else wide[:, taken])
    return pixels


def _similarity_map(a: Pixels, b: Pixels) -> npt.NDArray[np.float32]:
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_a, mean_b = _blurred(a, WINDOW_SIGMA), _blurred(b, WINDOW_SIGMA)
    variance_a = _blurred(a * a, WINDOW_SIGMA) - mean_a * mean_a
    variance_b = _blurred(b * b, WINDOW_SIGMA) - mean_b * mean_b
    covariance = _blurred(a * b, WINDOW_SIGMA) - mean_a * mean_b
    similar = (
        (2 * mean_a * mean_b + c1)
        * (2 * covariance + c2)
        / ((mean_a * mean_a + mean_b * mean_b + c1) * (variance_a + variance_b + c2))
    )
    colours: npt.NDArray[np.float32] = similar.mean(axis=2)
    return colours
