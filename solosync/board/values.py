"""How one JSON value is held in a Yjs map, and shown again (docs/board-format.md, Values)."""

import json
from typing import Any

import msgspec
from pycrdt import Map

from solosync.board.canonical import (
    EXACT_INTEGER,
    MAX_DEPTH,
    canonical,
    check_depth,
    dump,
    number,
    quote,
    without_surrogates,
)
from solosync.errors import Invalid

# How many levels may nest in a member of the state: it stands at level 2 of a bare state. What is
# shown must be good enough to be saved again, so what stands deeper may nest less: a member of
# `meta`, a list item and a page one and two levels, their fields one more each.
STATE_DEPTH = MAX_DEPTH - 1
_LARGEST_BIGINT = 2**63 - 1
_PLAIN = frozenset((str, float, bool, int, bytes, bytearray, list, dict, type(None)))


def stored(text: str) -> Any:
    """What a Yjs map holds for a canonical text: a plain value, or bytes of the JSON text.

    Lists, objects, and the numbers that a double doesn't give back exactly are bytes.
    """
    first = text[0]
    if first == '"':
        return msgspec.json.decode(text, type=str)
    if first in "tfn":
        return json.loads(text)
    if first in "[{":
        return text.encode()
    value = float(text)
    return value if number(value) == text else text.encode()


def shown(value: Any, depth: int = STATE_DEPTH) -> str:
    """Canonical text for whatever a Yjs map holds; never fails.

    NaN, infinities, bytes that aren't JSON and what nests deeper than ``depth`` levels are null:
    an update that was applied can't be taken back, so nothing in it may break what is shown.
    """
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, (bytes, bytearray)):
        try:
            check_depth(value, depth)
            return canonical(value)
        except Invalid:
            return "null"
    if isinstance(value, float):
        return number(value)
    if value is None or isinstance(value, bool):
        return dump(value)
    if isinstance(value, int):
        return dump(_as_logged(value))
    try:
        # Never from a bare state, so good enough for a body with the state at its second level.
        return dump(_plain(value, depth - 1))
    except (TypeError, ValueError):
        return "null"


def plain(text: str) -> Any:
    """A canonical text as the plain value a Yjs client expects: numbers as doubles.

    Lossy for integers beyond 2**53; ``shown(plain(text)) == text`` tells whether it was.
    """
    return _doubles(json.loads(text))


def _doubles(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list):
        return [_doubles(item) for item in value]
    if isinstance(value, dict):
        return {key: _doubles(item) for key, item in value.items()}
    return value


def _plain(value: Any, depth: int) -> Any:
    """A value out of the document with what JSON has no word for replaced."""
    if isinstance(value, float):
        if value.is_integer() and -EXACT_INTEGER < value < EXACT_INTEGER:
            return int(value)
        return value if value - value == 0 else None
    if isinstance(value, int) and not isinstance(value, bool):
        return _as_logged(value)
    if isinstance(value, (bytes, bytearray)):
        return json.loads(shown(value, depth))
    if isinstance(value, (list, tuple)):
        return [_plain(item, depth - 1) for item in value] if depth > 0 else None
    if isinstance(value, dict):
        if depth <= 0:
            return None
        return {str(key): _plain(item, depth - 1) for key, item in value.items()}
    return without_surrogates(value)


def _as_logged(value: int) -> int | float:
    """A BigInt as it is after the next load: pycrdt writes one that a double holds exactly as that
    double, and takes the largest of 64 bits for one too."""
    if -EXACT_INTEGER < value < EXACT_INTEGER:
        return value
    double = float(value)
    return double if int(double) == value or value == _LARGEST_BIGINT else value


def members(value: Any) -> dict[str, Any] | None:
    """The members of a Yjs map as plain values; None for anything that is no such map."""
    if not isinstance(value, Map):
        return None
    try:
        return _plain_members(value) or value.to_py()
    except Exception:
        # A shared type inside that pycrdt can't turn into plain values. Whatever it raises, the
        # other members are still to be shown.
        return {str(key): _member(value, key) for key in value.keys()}  # noqa: SIM118


def _plain_members(target: Map[Any]) -> dict[str, Any] | None:
    """As `to_py`, which asks thrice for each member and takes a transaction for each question:
    most of the time that opening a board would take. None if there are shared types inside.

    `_txn` is pycrdt's own, and why pyproject.toml pins its minor version. Without it, members are
    read one by one, which only takes longer.
    """
    with target.doc.transaction() as transaction:
        native, inner = target.integrated, transaction._txn
        values = {key: native.get(inner, key) for key in native.keys(inner)}
    return values if _PLAIN.issuperset(map(type, values.values())) else None


def _member(target: Map[Any], key: str) -> Any:
    try:
        value = target[key]
        return value.to_py() if hasattr(value, "to_py") else value
    except Exception:
        return None


def own_fields(values: dict[str, Any], depth: int) -> dict[str, str]:
    """The JSON fields among a map's members: the layout's own names start with one `$`.

    ``depth`` is how many levels may nest in one.
    """
    fields = {}
    for name, value in values.items():
        if not name.startswith("$"):
            fields[name] = shown(value, depth)
        elif name.startswith("$$"):
            fields[name[1:]] = shown(value, depth)
    return fields


def escaped(name: str) -> str:
    """A JSON field's name in a Yjs map: one that starts with `$` gets one more."""
    return "$" + name if name.startswith("$") else name


def remove_key(target: Map[Any], key: str) -> None:
    if key in target:
        del target[key]
