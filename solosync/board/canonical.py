"""JSON text in the one form that is stored, compared, hashed and answered.

The form is that of ``json.dumps(value, sort_keys=True, separators=(",", ":"))``: keys sorted,
non-ASCII escaped. Numbers: an integral value below 2**53 is written without a fraction, -0 as 0,
integers keep all their digits, any other float is Python's ``repr`` (docs/sync-spec.md, JSON).
"""

import json
import math
import re
from json.encoder import encode_basestring_ascii
from typing import Any

import msgspec

from solosync.errors import Invalid

MAX_DEPTH = 100
quote = encode_basestring_ascii  # a string as JSON text; the standard library's own, in C
EXACT_INTEGER = 2**53

# After what a value can follow, so that colours such as "#1e2233" don't look like one.
_EXPONENT = re.compile(rb"(?:^|[\[:,])-?[\d.]+[eE]")
_NEGATIVE_ZERO = re.compile(rb"-0(?!\.\d*[1-9])")
_LONG_INTEGER = re.compile(rb"(?<![.\d])\d{16,}")
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
# What integral floats are written without; where strings hold it too, they are matched as well, to
# be left alone. The first begins with what can be searched for, which is six times as fast.
_FRACTION = re.compile(rb"\.0(?!\d)")
_STRING_OR_FRACTION = re.compile(rb'"[^"]*"|(?<=\d)\.0(?!\d)')
_HUGE_INTEGER = re.compile(r"\d{309,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]"))
_OPENING = bytes.maketrans(b"{}", b"[]")


def canonical(raw: bytes | bytearray) -> str:
    """The canonical form of one JSON text.

    Raises Invalid for malformed JSON, NaN, infinities and numbers outside the range of a double.
    Lone surrogates become U+FFFD. Depth isn't checked here: see ``check_depth``.
    """
    try:
        value = msgspec.json.decode(raw)
        out = msgspec.json.encode(value, order="sorted")
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return dump(parse(raw))
    if _is_inexact(out):
        return dump(parse(raw))
    if b".0" in out:
        out = _without_fractions(out)
    return out.decode("ascii")


def _is_inexact(out: bytes) -> bool:
    """Whether msgspec may have written something differently from the canonical form.

    Saying so too often costs time, never correctness. Plain searches first: they are some ten
    times as fast as one regular expression for all.
    """
    digits = out.translate(_DIGITS)
    return (
        not out.isascii()
        or b"\\" in out
        or b"\x7f" in out
        or b"0.0000" in out  # repr() writes these with an exponent
        or (b"-0" in out and _NEGATIVE_ZERO.search(out) is not None)
        or ((b"0e" in digits or b"0E" in digits) and _EXPONENT.search(out) is not None)
        # Integers beyond a double, and floats that repr() rounds to one.
        or (b"0" * 16 in digits and _LONG_INTEGER.search(out) is not None)
    )


def parse(raw: bytes | bytearray) -> Any:
    """The value of a JSON text, exact: integers of any length, floats as in the canonical form."""
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text,
            parse_float=_number,
            parse_int=_integer if _HUGE_INTEGER.search(text) else None,
            parse_constant=_refuse_constant,
        )
    except RecursionError:
        raise Invalid(f"JSON is nested deeper than {MAX_DEPTH} levels") from None
    except (ValueError, UnicodeError) as error:
        raise Invalid(f"not valid JSON: {error}") from None
    return without_surrogates(value) if "\\u" in text else value


def dump(value: Any) -> str:
    """Canonical text of a value whose floats are canonical already (as ``parse`` leaves them)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def number(value: float) -> str:
    """Canonical text of a float; NaN and infinities, which JSON doesn't have, as null."""
    if value != value or value in (math.inf, -math.inf):
        return "null"
    if value.is_integer() and -EXACT_INTEGER < value < EXACT_INTEGER:
        return str(int(value))
    return repr(value)


def join_object(fields: dict[str, str]) -> str:
    """The canonical object of these members, each given as canonical text."""
    return "{" + ",".join(f"{quote(name)}:{fields[name]}" for name in sorted(fields)) + "}"


def object_pieces(members: dict[str, list[str]]) -> list[str]:
    """As ``join_object``, of members in pieces: what is large is then put together once."""
    pieces: list[str] = []
    for name in sorted(members):
        pieces += ("," if pieces else "{", quote(name), ":", *members[name])
    return [*pieces, "}"] if pieces else ["{}"]


_MEMBERS: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(
    dict[str, msgspec.Raw]
)


def split_object(text: str) -> dict[str, str]:
    """The members of a canonical object, each as canonical text."""
    members = _MEMBERS.decode(text)
    return {name: str(memoryview(raw), "ascii") for name, raw in members.items()}


def check_depth(raw: bytes | bytearray, limit: int = MAX_DEPTH) -> None:
    """Raises Invalid when the JSON text nests arrays and objects deeper than ``limit``."""
    if raw.count(b"[") + raw.count(b"{") <= limit:
        return
    brackets = _STRING.sub(b"", raw).translate(_OPENING).translate(None, _NOT_BRACKETS)
    for _ in range(limit):
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            return
        brackets = shorter
    if brackets:
        raise Invalid(f"JSON is nested deeper than {limit} levels")


def without_surrogates(value: Any) -> Any:
    """The value with each lone surrogate replaced: no Yjs client could hold one."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(item) for key, item in value.items()}
    return value


def _without_fractions(out: bytes) -> bytes:
    """JSON text without escapes, its integral floats as integers."""
    strings = out.split(b'"')[1::2]
    if b".0" in b'"'.join(strings):
        return _STRING_OR_FRACTION.sub(_unless_string, out)
    return _FRACTION.sub(b"", out)


def _unless_string(match: re.Match[bytes]) -> bytes:
    return b"" if match[0] == b".0" else match[0]


def _number(text: str) -> float | int:
    value = float(text)
    if math.isinf(value):
        raise Invalid("a number is outside the range of a double")
    if value.is_integer() and -EXACT_INTEGER < value < EXACT_INTEGER:
        return int(value)
    return value


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > 309 or math.isinf(float(text)):
        raise Invalid("a number is outside the range of a double")
    return int(text)


def _refuse_constant(name: str) -> Any:
    raise Invalid(f"{name} is not JSON")
