"""What is known of a state is cut out before it is read, and nobody sees the difference."""

import json
import random
from typing import Any

import pytest

from solosync.board.canonical import canonical
from solosync.board.dialects import excalidraw, solo
from solosync.board.reading import read_state
from solosync.board.seen import MOST_RUNS, Seen
from solosync.board.states import State
from solosync.errors import Invalid
from tests.board.boards import drawing, page, strokes

ROUNDS = 300


def stroke(id: str, *points: int) -> dict[str, Any]:
    return {"id": id, "tool": "pen", "color": "#112233", "points": [*range(20), *points]}


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def read(raw: bytes, seen: Seen | None = None, shape: Any = solo.SHAPE) -> State | None:
    try:
        return read_state(raw, shape, seen)
    except Invalid:
        return None


def items(state: State | None) -> list[Any]:
    assert state is not None
    (only,) = state.pages or []
    return only.lists["strokes"]


def test_elements_whose_bytes_are_known_are_not_parsed_again():
    seen = Seen()
    a, b, c = stroke("a"), stroke("b"), stroke("c")
    first = items(read(compact(strokes(a, b)), seen))
    second = items(read(compact(strokes(b, c, a)), seen))
    assert second[0] is first[1]
    assert second[2] is first[0]


def test_of_a_state_with_one_stroke_more_only_that_is_left():
    seen = Seen()
    many = [stroke(f"s{n}") for n in range(1000)]
    read(compact(strokes(*many)), seen)
    more = compact(strokes(*many, stroke("new")))
    text = seen.cut(more)
    assert len(text.left) < 500
    assert text.whole() == more
    many[500] = stroke("s500", 7)
    text = seen.cut(compact(strokes(*many)))
    assert (len(text.runs), len(text.left) < 500) == (2, True)


def test_a_text_with_space_between_its_elements_is_cut_into_no_more_runs_than_a_few():
    seen = Seen()
    spaced = json.dumps(strokes(*(stroke(f"s{n}") for n in range(1000)))).encode()
    read(spaced, seen)
    assert len(seen.cut(spaced).runs) == MOST_RUNS
    state = read(spaced, seen)
    assert state is not None
    assert state.text(solo.SHAPE) == canonical(spaced)


def test_a_list_of_small_things_far_apart_is_left_as_it_is():
    seen = Seen()
    spaced = json.dumps(strokes(*(f"small {n}" for n in range(20_000)))).encode()
    read(spaced, seen)
    text = seen.cut(spaced)
    assert (text.left, text.runs) == (spaced, {})


def test_of_thousands_of_lists_only_some_are_looked_for():
    """Or each would be, in all of the next text."""
    seen, known = Seen(), stroke("known")
    lists = [page(f"p{n}", strokes=[f"{n} {i}" for i in range(10)]) for n in range(1000)]
    few, many = ([*lists[:count], page("last", strokes=[known])] for count in (1, 1000))
    other = compact({"pages": [page("last", strokes=["-" * 50_000, known])]})
    read(compact({"pages": few}), seen)
    assert len(seen.cut(other).runs) == 1
    read(compact({"pages": many}), seen)
    assert not seen.cut(other).runs


def test_of_thousands_of_lists_all_may_be_known():
    seen, both = Seen(), [stroke("a"), stroke("b")]
    text = compact({"pages": [page(f"p{n}", strokes=both) for n in range(3000)]})
    read(text, seen)
    cut = seen.cut(text)
    assert len(cut.runs) == 3000
    assert cut.whole() == text
    assert cut.has_all_in(cut.left)
    assert not cut.has_all_in(cut.left[: len(cut.left) // 2])


def test_what_saves_did_not_hold_is_forgotten():
    seen = Seen()
    for n in range(50):
        read(compact(strokes(*(stroke(f"{n} {m}") for m in range(10)))), seen)
    assert seen.bytes <= 2 * len(compact(strokes(*(stroke(f"{n} {m}") for m in range(10)))))
    read(b"{}", seen)
    assert seen.bytes == 0


def test_what_was_refused_is_not_remembered():
    seen = Seen()
    assert read(b'{"pages":[{"strokes":[{"id":"a"},{"x":1e999}]}]}', seen) is None
    assert seen.bytes == 0


@pytest.mark.parametrize(
    "build",
    [
        lambda a, b: {"pages": [page(strokes=[a, b])], "other": [a, b]},
        lambda a, b: {"other": [a, b], "pages": [page(strokes=[a, b])]},
        lambda a, b: {"pages": [page(name={"x": a}, strokes=[b])]},
        lambda a, b: {"pages": [a, page(strokes=[b])]},
        lambda a, b: {"meta": {"k": a}, "pages": [page(strokes=[{"in": a}, b])]},
        lambda a, b: {"zoom": a},
        lambda a, b: {"strokes": [b, a], "pages": [page(texts=[b], shapes=[a])]},
        lambda a, b: {"pages": [page(name=compact(a).decode(), strokes=[compact(b).decode()])]},
        lambda a, b: a,
    ],
)
def test_known_elements_may_stand_anywhere(build):
    seen = Seen()
    a, b = stroke("a"), stroke("b")
    read(compact(strokes(a, b)), seen)
    raw = compact(build(a, b))
    state = read(raw, seen)
    assert state is not None
    assert state.text(solo.SHAPE) == canonical(raw)


def test_of_two_lists_of_one_name_the_last_counts_though_the_first_is_known():
    seen = Seen()
    known = compact(stroke("a"))
    read(b'{"pages":[{"strokes":[%s]}]}' % known, seen)
    raw = b'{"pages":[{"strokes":[%s],"strokes":[1]}]}' % known
    assert [item.text for item in items(read(raw, seen))] == ["1"]


def test_whatever_is_sent_is_read_as_if_nothing_were_known():
    """[JSON1] [LAY1]"""
    seed = random.randrange(2**32)
    print("seed", seed)
    rng = random.Random(seed)
    seen, other = Seen(), Seen()
    state = _random_state(rng)
    raw = compact(state)
    for _ in range(ROUNDS):
        _change(rng, state)
        spaced = json.dumps(state).encode()
        raw = rng.choice([compact(state), compact(state), compact(state), spaced])
        if rng.random() < 0.3:
            raw = _broken(rng, raw)
        for shape, known in ((solo.SHAPE, seen), (excalidraw.SHAPE, other)):
            expected, found = read(raw, None, shape), read(raw, known, shape)
            assert (expected is None) == (found is None), raw
            if expected is not None and found is not None:
                assert found.same_as(expected), raw
                assert found.text(shape) == canonical(raw)


def _random_state(rng: random.Random) -> dict[str, Any]:
    elements = [_element(rng) for _ in range(12)]
    return drawing(
        *elements[:4],
        pages=[page("p", strokes=elements[4:8]), page("q", strokes=elements[8:], texts=[])],
    )


def _element(rng: random.Random) -> Any:
    long = "x" * rng.choice([0, 5, 80])
    return rng.choice(
        [
            lambda: stroke(str(rng.randrange(99)), *(rng.randrange(9) for _ in range(9))),
            lambda: {"id": str(rng.randrange(9)), "t": long, "n": rng.choice([1.0, 1e20, "é"])},
            lambda: [long, {",": long, '":[': [long]}],
            lambda: rng.choice([1, 12, -0.0, None, long, "}],", {}]),
        ]
    )()


def _change(rng: random.Random, state: dict[str, Any]) -> None:
    lists = [p["strokes"] for p in state["pages"] if "strokes" in p] + [state["elements"]]
    list_, source = rng.choice(lists), rng.choice(lists)
    at = rng.randrange(len(list_) + 1)
    kind = rng.randrange(8)
    if kind < 3 or not source:
        list_.insert(at, _element(rng))
    elif kind == 3:
        list_.insert(at, rng.choice(source))
    elif kind == 4:
        rng.shuffle(list_)
    elif kind == 5:
        state["other"] = rng.choice([source[:3], {"in": rng.choice(source)}, rng.random()])
    elif kind == 6:
        rng.shuffle(state["pages"])
    if len(list_) > 12:
        del list_[at % len(list_)], list_[0]


def _broken(rng: random.Random, raw: bytes) -> bytes:
    """With something cut out, doubled or put in, which may or may not be JSON after that."""
    start = rng.randrange(len(raw))
    end = min(len(raw), start + rng.choice([0, 1, 1, 2, 90]))
    put = rng.choice([b"", b" ", b",", b'"', b"1", b"[", b"]", b"\xff", raw[start:end] * 2])
    return raw[:start] + put + raw[end:]
