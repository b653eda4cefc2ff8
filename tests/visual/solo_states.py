"""Pages of Solo boards that between them have every tool, point format, composite operation,
background and script. All are 800 x 600."""

import base64
import io
import math
import random
from typing import Any

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 800, 600
SEED = 3
COLORS = ("#1d4ed8", "#b91c1c", "#047857", "#7c3aed", "#111827", "#c2410c")

# What these leave of the rest of the canvas shows only where nothing else is drawn.
CLEARING = ("source-in", "source-out", "destination-in", "destination-atop", "copy")
LOCAL = (
    *("source-over", "source-atop", "destination-over", "destination-out", "lighter", "xor"),
    *("multiply", "screen", "overlay", "darken", "lighten", "color-dodge", "color-burn"),
    *("hard-light", "soft-light", "difference", "exclusion", "hue", "saturation", "color"),
    "luminosity",
)

Page = dict[str, Any]


def pages() -> dict[str, Page]:
    dice = random.Random(SEED)
    made = {
        "pen": pen_page(dice),
        "pressure": pressure_page(dice),
        "highlighter": highlighter_page(dice),
        "eraser": eraser_page(dice),
        "shapes": shapes_page(),
        "tools": tools_page(dice),
        "scripts": scripts_page(),
        "long-text": long_text_page(),
        "notes": notes_page(),
        "pictures": pictures_page(),
        "composites": composites_page(),
        "crowded": crowded_page(dice),
    }
    for kind in ("grid", "dots", "ruled", "graph", "color"):
        made[f"background-{kind}"] = background_page(dice, kind)
    for operation in CLEARING:
        made[f"composite-{operation}"] = clearing_page(operation)
    return made


def scribble(
    dice: random.Random, x: float, y: float, count: int = 40, step: float = 5
) -> list[dict[str, Any]]:
    """A line as a hand draws it: it bends, and it isn't equally fast everywhere."""
    angle, bend = dice.uniform(-math.pi, math.pi), 0.0
    points = []
    for number in range(count):
        points.append({"x": round(x, 2), "y": round(y, 2)})
        bend = 0.8 * bend + dice.uniform(-0.2, 0.2)
        angle += bend
        pace = step * (0.6 + 0.5 * math.sin(number / 5)) + dice.uniform(0, 1)
        x, y = x + pace * math.cos(angle), y + pace * math.sin(angle)
        if not 30 < x < WIDTH - 30 or not 30 < y < HEIGHT - 30:
            angle += math.pi / 2
        x, y = min(max(x, 20), WIDTH - 20), min(max(y, 20), HEIGHT - 20)
    return points


def stroke(tool: str, points: list[Any], color: str, size: float, **more: Any) -> dict[str, Any]:
    return {"tool": tool, "points": points, "color": color, "size": size, **more}


def pen_page(dice: random.Random) -> Page:
    strokes = [
        stroke(
            "pen",
            scribble(dice, dice.uniform(60, 740), dice.uniform(60, 540)),
            COLORS[number % len(COLORS)],
            (1, 2, 4, 8, 16, 24)[number % 6],
            opacity=(1, 0.8, 0.5)[number % 3],
        )
        for number in range(30)
    ]
    dots = [stroke("pen", [{"x": 100 + 60 * n, "y": 560}], "#111827", 4 + 3 * n) for n in range(8)]
    corners = [{"x": 40, "y": 40}, {"x": 140, "y": 40}, {"x": 60, "y": 46}, {"x": 140, "y": 120}]
    two = [{"x": 640, "y": 40}, {"x": 760, "y": 90}]
    return {
        "strokes": [*strokes, *dots, stroke("pen", corners, "#b91c1c", 10),
                    stroke("pen", two, "#047857", 6)]
    }  # fmt: skip


def pressure_page(dice: random.Random) -> Page:
    strokes = []
    for number in range(24):
        points = scribble(dice, dice.uniform(60, 740), dice.uniform(60, 540))
        pressed = [
            {**point, "p": round(0.5 + 0.5 * math.sin(place / 6 + number), 3)}
            for place, point in enumerate(points)
        ]
        pairs = [[point["x"], point["y"]] for point in points]
        flat = [part for pair in pairs for part in pair]
        forms: tuple[list[Any], ...] = (pressed, pressed, pairs, flat)
        strokes.append(stroke("pen", forms[number % 4], COLORS[number % 6], 4 + number % 3 * 6))
    return {"strokes": strokes}


def highlighter_page(dice: random.Random) -> Page:
    lines = [
        stroke("pen", scribble(dice, dice.uniform(60, 740), 40 + 50 * n), "#111827", 3)
        for n in range(11)
    ]
    markers = []
    for number, color in enumerate(("#fde047", "#86efac", "#f9a8d4", "#93c5fd") * 2):
        wave = [
            {"x": 40 + 12 * place, "y": 70 + 65 * number + 25 * math.sin(place / 3)}
            for place in range(58)
        ]
        opacity = {"opacity": 0.5} if number % 2 else {}
        markers.append(stroke("highlighter", wave, color, 14 + number, **opacity))
    knot = [
        {"x": 400 + 150 * math.sin(3 * n / 20), "y": 300 + 150 * math.sin(4 * n / 20)}
        for n in range(126)
    ]
    return {"strokes": [*lines, *markers, stroke("highlighter", knot, "#fb923c", 20, opacity=0.4)]}


def eraser_page(dice: random.Random) -> Page:
    strokes: list[dict[str, Any]] = [
        stroke(
            "highlighter", [[40, 60 * n + 40], [760, 60 * n + 40]], COLORS[n % 6], 30, opacity=0.9
        )
        for n in range(9)
    ]
    for number in range(12):
        points = scribble(dice, dice.uniform(80, 720), dice.uniform(80, 520))
        how: dict[str, Any] = (
            {"composite": "destination-out"},
            {"opacity": 0.5},
            {},
        )[number % 3]
        strokes.append(stroke("eraser", points, "#000000", 10 + 2 * number, **how))
        strokes.append(
            stroke(
                "pen", scribble(dice, dice.uniform(80, 720), dice.uniform(80, 520)), "#111827", 4
            )
        )
    picture = {"type": "image", "src": photo("#0ea5e9"), "x": 500, "y": 330, "width": 240,
               "height": 200}  # fmt: skip
    return {"strokes": strokes, "assets": [picture], "texts": [
        {"type": "text", "text": "After all erasers", "x": 60, "y": 560, "color": "#111827",
         "fontSize": 24}
    ]}  # fmt: skip


def shapes_page() -> Page:
    shapes: list[dict[str, Any]] = []
    for number in range(5):
        x, size = 40 + 150 * number, 1 + 2 * number
        color, opacity = COLORS[number], 1 - number * 0.12
        look = {"color": color, "size": size, "opacity": opacity}
        corners = {"startX": x, "startY": 40, "endX": x + 110, "endY": 110}
        back = {"startX": x + 110, "startY": 240, "endX": x, "endY": 150}
        area = {"x": x, "y": 280, "width": 110, "height": 70}
        shapes += [
            {"type": "rectangle", **corners, **look},
            {"type": "circle", **back, **look},
            {"type": ("rectangle", "circle")[number % 2], **area, **look},
            {"type": "circle", "x": x + 55, "y": 420, "radius": 20 + 6 * number, **look},
            {"type": "line", "points": [[x, 480], [x + 60, 500], [x + 110, 475]], **look},
            {"type": "arrow", "startX": x, "startY": 570, "endX": x + 100, "endY": 520, **look},
        ]
    return {"shapes": shapes}


def tools_page(dice: random.Random) -> Page:
    """The same as strokes: the points are where the pointer went."""
    strokes: list[dict[str, Any]] = []
    for row, tool in enumerate(("line", "arrow", "rectangle", "circle", "laser", "select")):
        for column in range(5):
            x, y = 50 + 150 * column, 40 + 90 * row
            way = [{"x": x, "y": y}, {"x": x + 50, "y": y + 50}, {"x": x + 110, "y": y + 60}]
            more: dict[str, Any] = {"opacity": 0.6} if column == 4 else {}
            if tool == "arrow":
                more |= (
                    {},
                    {"arrowStart": True},
                    {"arrowStart": True, "arrowEnd": False},
                    {"arrowSize": 30},
                    {"arrowSize": 24, "opacity": 0.5},
                )[column]
            points: list[Any] = way if column % 2 else [way[0], way[-1]]
            strokes.append(stroke(tool, points, COLORS[row], 2 + 2 * column, **more))
    return {"strokes": strokes}


SCRIPTS = (
    "Latin: The quick brown fox jumps over the lazy dog, 0123456789",
    "Žluťoučký kůň, façade, naïve, Ålesund, ęóąśłżźćń",
    "Кириллица: Съешь же ещё этих мягких французских булок",
    "Українська: Гей, хлопці, не вспію — на ґанку ваша файна їжа",
    "Ελληνικά: Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "עברית: דג סקרן שט בים מאוכזב",
    "العربية: نص حكيم له سر قاطع",
    "é à ñ ü (combining marks)",
    "x² + y² ≤ 2·π → ∞ ≠ √5 ± ½ € £",
    "Emoji: \U0001f600 ☀ \U0001f680",
)


def scripts_page() -> Page:
    return {
        "texts": [
            {"type": "text", "text": text, "x": 40, "y": 24 + 56 * row, "color": COLORS[row % 6],
             "fontSize": 16 + 2 * (row % 5)}
            for row, text in enumerate(SCRIPTS)
        ]
    }  # fmt: skip


def long_text_page() -> Page:
    words = " ".join(SCRIPTS[:3] + SCRIPTS[4:5])
    look = {"type": "text", "color": "#111827"}
    return {
        "texts": [
            {**look, "text": words, "x": 30, "y": 30, "width": 220, "fontSize": 16},
            {**look, "text": words, "x": 280, "y": 30, "width": 150, "fontSize": 14},
            {**look, "text": words, "x": 460, "y": 30, "width": 310, "fontSize": 28},
            {**look, "text": "first line\n\nthird line\n  indented", "x": 30, "y": 460,
             "fontSize": 20},
            {**look, "text": "a-word-that-is-much-longer-than-its-line " + "x" * 60, "x": 280,
             "y": 440, "width": 150, "fontSize": 16},
        ]
    }  # fmt: skip


def notes_page() -> Page:
    papers = ("#fef08a", "#bbf7d0", "#bfdbfe", "#fbcfe8", "#fed7aa", "#e5e7eb")
    texts = [
        {"type": "note", "text": SCRIPTS[number % 5], "x": 40 + 250 * (number % 3),
         "y": 40 + 270 * (number // 3), "width": 200, "height": 140 + 40 * (number % 3),
         "color": paper, "fontSize": 14 + 2 * number, "opacity": 1 if number else 0.7}
        for number, paper in enumerate(papers)
    ]  # fmt: skip
    as_stroke = stroke("note", [{"x": 250, "y": 180}], "#ddd6fe", 2, text="A note that is a stroke")
    as_text = stroke("text", [{"x": 40, "y": 575}], "#b91c1c", 2, text="Text that is a stroke")
    return {"texts": texts, "strokes": [as_stroke, as_text]}


def photo(color: str) -> str:
    picture = Image.new("RGB", (120, 100), color)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((10, 10, 60, 60), fill="#fde68a", outline="#7c2d12", width=3)
    pen.polygon([(20, 95), (70, 35), (115, 95)], fill="#166534")
    pen.line((0, 0, 119, 99), fill="white", width=2)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100" viewBox="0 0 100 100">
<circle cx="50" cy="50" r="46" fill="#c7d2fe" stroke="#3730a3" stroke-width="6"/>
<path d="M20 60 Q50 95 80 60" fill="none" stroke="#3730a3" stroke-width="6"/>
<rect x="28" y="28" width="12" height="18" fill="#3730a3"/>
<rect x="60" y="28" width="12" height="18" fill="#3730a3"/></svg>"""


def pictures_page() -> Page:
    svg = "data:image/svg+xml;base64," + base64.b64encode(DRAWING.encode()).decode()
    blue, red = photo("#38bdf8"), photo("#fca5a5")
    place = ((60, 60, 0, 0), (300, 60, 20, 2), (380, 120, -30, 1), (640, 60, 45, 0))
    assets = [
        {"type": "image", "src": (blue, red)[number % 2], "x": x, "y": y, "width": 180,
         "height": 150, "rotation": turn, "zIndex": level}
        for number, (x, y, turn, level) in enumerate(place)
    ]  # fmt: skip
    assets += [
        {"type": "svg", "src": svg, "x": 80, "y": 340, "width": 200, "height": 200, "zIndex": 3},
        {"type": "svg", "src": svg, "x": 420, "y": 340, "width": 160, "height": 220, "rotation": 15,
         "opacity": 0.6, "zIndex": -1},
        {"type": "image", "src": red, "x": 600, "y": 380, "width": 150, "height": 60, "zIndex": -2},
    ]  # fmt: skip
    return {
        "assets": assets,
        "strokes": [stroke("pen", [[40, 300], [400, 320], [760, 300]], "#111827", 6)],
    }


def composites_page() -> Page:
    """Two crossing bars for each operation that leaves the rest of the page alone."""
    strokes = []
    for number, operation in enumerate(LOCAL):
        x, y = 60 + 130 * (number % 6), 50 + 140 * (number // 6)
        below = stroke("highlighter", [[x, y + 40], [x + 80, y + 40]], "#2563eb", 36, opacity=0.9)
        above = stroke(
            "highlighter", [[x + 40, y], [x + 40, y + 80]], "#f59e0b", 36, opacity=0.8,
            composite=operation,
        )  # fmt: skip
        strokes += [below, above]
    return {"strokes": strokes}


def clearing_page(operation: str) -> Page:
    below = [
        stroke("highlighter", [[80, y], [720, y]], color, 60, opacity=0.9)
        for y, color in ((150, "#2563eb"), (300, "#dc2626"), (450, "#16a34a"))
    ]
    wave = [[400 + 150 * math.sin(n / 8), 40 + 10 * n] for n in range(53)]
    above = stroke("highlighter", wave, "#f59e0b", 120, opacity=0.8, composite=operation)
    return {"strokes": [*below, above]}


def background_page(dice: random.Random, kind: str) -> Page:
    looks: dict[str, dict[str, Any]] = {
        "grid": {"gridSize": 25, "lineColor": "#cbd5e1"},
        "dots": {"gridSize": 20, "lineColor": "#94a3b8"},
        "ruled": {"gridSize": 32, "lineColor": "#bfdbfe", "color": "#fffbeb"},
        "graph": {"gridSize": 16, "lineColor": "#86efac"},
        "color": {"color": "#1e293b"},
    }
    ink = "#f8fafc" if kind == "color" else "#111827"
    strokes = [
        stroke("pen", scribble(dice, dice.uniform(80, 720), dice.uniform(80, 520)), ink, 5)
        for _ in range(8)
    ]
    bar = stroke("highlighter", [[100, 300], [700, 300]], "#f59e0b", 60, opacity=0.8)
    hole = stroke("eraser", [[150, 200], [650, 400]], "#000000", 40)
    return {"background": {"type": kind, **looks[kind]}, "strokes": [*strokes, bar, hole]}


def crowded_page(dice: random.Random) -> Page:
    strokes = []
    for number in range(300):
        tool = ("pen", "pen", "pen", "highlighter", "pen", "eraser")[dice.randrange(6)]
        points = scribble(dice, dice.uniform(60, 740), dice.uniform(60, 540), dice.randrange(2, 50))
        opacity = 0.4 if tool == "highlighter" else 1
        strokes.append(
            stroke(tool, points, COLORS[number % 6], dice.choice((2, 3, 5, 9)), opacity=opacity)
        )
    return {"strokes": strokes}
