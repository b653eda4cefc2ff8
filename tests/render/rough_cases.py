"""Shapes to draw by hand, in the words of rough.js and in ours."""

import random
from typing import Any

from solosync.render import rough
from solosync.render.rough import Pen, Segment, Sketch
from solosync.render.rough_points import Point

Case = dict[str, Any]  # {"shape", "args", "options"}: a call of rough.js's generator
Op = list[Any]  # ["move" | "bcurveTo" | "lineTo", number, ...]

KINDS = {"path": "outline", "fillPath": "fill", "fillSketch": "hatch"}


def cases(seed: int, count: int) -> list[Case]:
    """Of all shapes and fills, by turns."""
    chance = random.Random(seed)
    return [_case(chance, i) for i in range(count)]


def _case(chance: random.Random, i: int) -> Case:
    shape = ("line", "linearPath", "polygon", "rectangle", "ellipse", "curve", "path")[i % 7]
    fill = (None, "solid", "hachure", "cross-hatch", "zigzag")[i // 7 % 5]
    options: dict[str, Any] = {
        "seed": chance.randrange(1, 2**31),
        "roughness": chance.choice([0, 0.5, 1, 2, 2.4]),
        "disableMultiStroke": chance.random() < 0.3,
        "preserveVertices": chance.random() < 0.4,
        "hachureGap": chance.choice([4, 8, 2.5, 16]),
        "curveFitting": chance.choice([0.95, 1]),
    }
    if fill:
        options |= {"fill": "#aaa", "fillStyle": fill}
    return {"shape": shape, "args": _args(chance, shape), "options": options}


def _args(chance: random.Random, shape: str) -> list[Any]:
    size = chance.choice([3, 30, 150, 400, 900])

    def number() -> float:
        return round(chance.uniform(-size, size), 3)

    if shape == "line":
        return [number() for _ in range(4)]
    if shape == "rectangle":
        return [0, 0, abs(number()), abs(number())]
    if shape == "ellipse":
        return [number(), number(), abs(number()), abs(number())]
    if shape == "path":
        commands = [f"M {number()} {number()}"]
        for _ in range(chance.randint(1, 4)):
            commands.append(f"L {number()} {number()}")
            commands.append(f"Q {number()} {number()}, {number()} {number()}")
            commands.append("C " + " ".join(str(number()) for _ in range(6)))
        return [" ".join(commands)]
    return [[[number(), number()] for _ in range(chance.randint(2, 9))]]


def ours(case: Case) -> list[tuple[str, list[Op]]]:
    """The same sets and operations, as solosync draws them."""
    return [(sketch.kind, _ops(sketch)) for sketch in _drawn(case)]


def _drawn(case: Case) -> list[Sketch]:
    args, options = case["args"], case["options"]
    pen = Pen(
        seed=options["seed"],
        roughness=options["roughness"],
        fill=options.get("fillStyle"),
        gap=options["hachureGap"],
        is_single=options["disableMultiStroke"],
        keeps_corners=options["preserveVertices"],
        curve_fitting=options["curveFitting"],
    )
    match case["shape"]:
        case "line":
            return rough.line((args[0], args[1]), (args[2], args[3]), pen)
        case "rectangle":
            return rough.rectangle(args[2], args[3], pen)
        case "ellipse":
            x, y, width, height = args
            return rough.ellipse(x, y, width, height, pen)
        case "path":
            return rough.path(*_parsed(args[0]), pen)
        case name:
            draw = {"linearPath": rough.polyline, "polygon": rough.polygon, "curve": rough.curve}
            return draw[name]([(x, y) for x, y in args[0]], pen)


def _parsed(d: str) -> tuple[Point, list[Segment]]:
    """A path of absolute M, L, Q and C."""
    tokens = iter(d.replace(",", " ").split())
    start = at = (0.0, 0.0)
    segments: list[Segment] = []

    def point() -> Point:
        return (float(next(tokens)), float(next(tokens)))

    for command in tokens:
        if command == "M":
            start = at = point()
            continue
        if command == "L":
            segments.append((point(),))
        elif command == "Q":
            segments.append(rough.quadratic(at, point(), point()))
        else:
            segments.append((point(), point(), point()))
        at = segments[-1][-1]
    return start, segments


def _ops(sketch: Sketch) -> list[Op]:
    ops: list[Op] = []
    for stroke in sketch.strokes:
        ops.append(["move", *stroke[0]])
        step, name = (3, "bcurveTo") if sketch.is_curved else (1, "lineTo")
        for i in range(1, len(stroke), step):
            ops.append([name, *(number for point in stroke[i : i + step] for number in point)])
    return ops


def digest(drawn: list[tuple[str, list[Op]]]) -> list[list[Any]]:
    """Of each set: its kind, how many operations, the first, the last, and the sum of all
    numbers, each weighted by its place so that none can change for another."""
    return [
        [kind, len(ops), ops[0], ops[-1], _weighted(ops)] if ops else [kind, 0]
        for kind, ops in drawn
    ]


def _weighted(ops: list[Op]) -> float:
    numbers = [number for _, *data in ops for number in data]
    return sum((1 + i % 7) * number for i, number in enumerate(numbers))
