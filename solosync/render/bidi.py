"""In which direction each character of a line runs: the Unicode bidirectional algorithm (UAX #9).

Rule names below are the standard's. Explicit embeddings and isolates (X1 to X8) are left out: their
control characters count as invisible; on whiteboards nobody types them.
"""

import re
import unicodedata
from collections.abc import Iterator

# What can make a line run from right to left: the Hebrew, Arabic and related blocks.
RIGHT_TO_LEFT = re.compile(
    "[\u200f\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
INVISIBLE = {"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
NEUTRAL = {"B", "S", "WS", "ON"}
SPACES = {"S", "B", "WS", "BN"}
BRACKETS = (  # each opening one before its closing one
    "()[]{}\u2045\u2046\u207d\u207e\u208d\u208e\u2329\u232a\u3008\u3009\u300a\u300b\u300c\u300d"
    "\u300e\u300f\u3010\u3011\u3014\u3015\u3016\u3017\u3018\u3019\u301a\u301b"
    "\uff08\uff09\uff3b\uff3d\uff5b\uff5d"
)
PAIRS = dict(zip(BRACKETS[1::2], BRACKETS[::2], strict=True))
OPENING = set(PAIRS.values())
MAX_OPEN_BRACKETS = 63  # BD16


def reads_rtl(text: str) -> bool:
    """Whether the first letter with a direction is one that runs from right to left (P2, P3)."""
    if not RIGHT_TO_LEFT.search(text):
        return False
    kinds = map(unicodedata.bidirectional, text)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def levels(text: str, *, is_rtl: bool = False) -> list[int]:
    """A level for each character: even ones run from left to right, odd ones from right to left.

    ``is_rtl`` is the direction of the line as a whole.
    """
    base = int(is_rtl)
    if not is_rtl and not RIGHT_TO_LEFT.search(text):
        return [0] * len(text)
    original = [unicodedata.bidirectional(char) or "L" for char in text]
    seen = [at for at, kind in enumerate(original) if kind not in INVISIBLE]
    kinds = [original[at] for at in seen]
    direction = "R" if is_rtl else "L"
    _resolve_weak(kinds, direction)
    _resolve_brackets([text[at] for at in seen], kinds, direction)
    _resolve_neutral(kinds, direction)
    found = [base] * len(text)
    for at, kind in zip(seen, kinds, strict=True):
        found[at] = _level(kind, base)
    _level_invisible(original, found, base)
    _reset_spaces(original, found, base)
    return found


def visual_order(levels: list[int]) -> list[int]:
    """Runs of these levels, in reading order, as they stand from left to right (L2)."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = max(end, start + 1)
    return order


def _level(kind: str, base: int) -> int:
    """I1, I2."""
    if kind == "R":
        return base | 1
    if kind == "L":
        return base + (base & 1)
    return base + 2 - (base & 1)  # numbers


def _resolve_weak(kinds: list[str], direction: str) -> None:
    """W1 to W7: marks and numbers, and what stands about numbers."""
    before, strong = direction, direction
    for at, kind in enumerate(kinds):
        if kind == "NSM":
            kind = before  # W1
        if kind == "EN" and strong == "AL":
            kind = "AN"  # W2
        if kind in ("L", "R", "AL"):
            strong = kind
        kinds[at] = before = kind
    _join_numbers(kinds)
    strong = direction
    for at, kind in enumerate(kinds):
        if kind == "AL":
            kind = "R"  # W3
        if kind in ("ES", "ET", "CS"):
            kind = "ON"  # W6
        if kind == "EN" and strong == "L":
            kind = "L"  # W7
        if kind in ("L", "R"):
            strong = kind
        kinds[at] = kind


def _join_numbers(kinds: list[str]) -> None:
    """W4, W5: a separator between two numbers, and signs beside European ones."""
    for at in range(1, len(kinds) - 1):
        before, kind, after = kinds[at - 1 : at + 2]
        is_joined = kind == "CS" or (kind == "ES" and before == "EN")
        if is_joined and before == after and before in ("EN", "AN"):
            kinds[at] = before
    for start, end in _runs(kinds, {"ET"}):
        if "EN" in (*kinds[max(start - 1, 0) : start], *kinds[end : end + 1]):
            kinds[start:end] = ["EN"] * (end - start)


def _resolve_brackets(text: list[str], kinds: list[str], direction: str) -> None:
    """N0: a pair takes the direction of the line if anything in it has that, else, if what is
    before it has it too, the other one, if anything in it has that."""
    for opened, closed in sorted(_bracket_pairs(text, kinds)):
        inside = {_strong(kind) for kind in kinds[opened + 1 : closed]} - {""}
        if not inside:
            continue
        found = direction
        if direction not in inside:
            strong = (_strong(kinds[at]) for at in range(opened - 1, -1, -1))
            found = next((kind for kind in strong if kind), direction)
        kinds[opened] = kinds[closed] = found


def _bracket_pairs(text: list[str], kinds: list[str]) -> Iterator[tuple[int, int]]:
    """BD16."""
    open_: list[tuple[str, int]] = []
    for at, (char, kind) in enumerate(zip(text, kinds, strict=True)):
        if kind != "ON":
            continue
        if char in OPENING:
            if len(open_) == MAX_OPEN_BRACKETS:
                return
            open_.append((char, at))
        elif char in PAIRS:
            for depth in range(len(open_) - 1, -1, -1):
                if open_[depth][0] == PAIRS[char]:
                    yield open_[depth][1], at
                    del open_[depth:]
                    break


def _resolve_neutral(kinds: list[str], direction: str) -> None:
    """N1, N2: what has no direction takes that of both its neighbours, or of the line."""
    for start, end in _runs(kinds, NEUTRAL):
        before = _strong(kinds[start - 1]) if start else direction
        after = _strong(kinds[end]) if end < len(kinds) else direction
        kinds[start:end] = [before if before == after else direction] * (end - start)


def _level_invisible(original: list[str], levels: list[int], base: int) -> None:
    """X9 keeps them here, so they go with what is before them."""
    before = base
    for at, kind in enumerate(original):
        if kind in INVISIBLE:
            levels[at] = before
        before = levels[at]


def _reset_spaces(original: list[str], levels: list[int], base: int) -> None:
    """L1: tabs, and white space before them and at the end, run as the line does."""
    is_end = True
    for at in range(len(original) - 1, -1, -1):
        is_end = original[at] in ("S", "B") or (is_end and original[at] in SPACES)
        if is_end:
            levels[at] = base


def _strong(kind: str) -> str:
    """The direction that it counts as for what is beside it; numbers count as R."""
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(kind, "")


def _runs(kinds: list[str], wanted: set[str]) -> Iterator[tuple[int, int]]:
    """Starts and ends of the longest stretches of these kinds."""
    start = 0
    while start < len(kinds):
        end = start
        while end < len(kinds) and kinds[end] in wanted:
            end += 1
        if end > start:
            yield start, end
        start = end + 1
