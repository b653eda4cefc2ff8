"""What pages say, in the language of whoever asks. English stands where it is said, in the
templates and messages; the `texts_uk` modules have the same sentences in Ukrainian. What isn't
there, such as an error that only programs meet, is said in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from solosync import clock, origin
from solosync.origin import Language
from solosync.web import (
    texts_uk,
    texts_uk_errors,
    texts_uk_network,
    texts_uk_sharing,
    texts_uk_tunnel,
)

UKRAINIAN = (
    texts_uk.SENTENCES
    | texts_uk_network.SENTENCES
    | texts_uk_sharing.SENTENCES
    | texts_uk_tunnel.SENTENCES
    | texts_uk_errors.SENTENCES
)
_PATTERNS = [
    (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(english)), re.DOTALL), ukrainian)
    for english, ukrainian in texts_uk_errors.PATTERNS.items()
]
LANGUAGE_NAMES: Mapping[Language, str] = {"en": "English", "uk": "Українська"}
SECONDS_IN = (
    ("year", 31_536_000),
    ("month", 2_592_000),
    ("day", 86_400),
    ("hour", 3600),
    ("minute", 60),
)
# What the API calls by its name, pages call by theirs.
_SAID_OTHERWISE = {"There is no such session.": "There is no such board."}
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def language() -> Language:
    return origin.current.get().language


def text(english: str, **values: object) -> str:
    """The sentence, with `{name}` replaced by values."""
    english = _SAID_OTHERWISE.get(english, english)
    sentence = _ukrainian(english) if language() == "uk" else english
    return sentence.format(**values) if values else sentence


def _ukrainian(english: str) -> str:
    if english in UKRAINIAN:
        return UKRAINIAN[english]
    for pattern, ukrainian in _PATTERNS:
        if found := pattern.fullmatch(english):
            return ukrainian.format(**found.groupdict())
    return english


def summary(english: str) -> str:
    """What a version brought, as its history tells it, without numbers of revs."""
    if english.startswith("restored rev "):
        return text("an older version brought back")
    return ", ".join(text(part) for part in (english or "changed").split(", "))


def count(number: int, noun: str) -> str:
    """Such as "1 page", "2 pages"; ` ago` at the end of a noun makes it a time that has passed."""
    if language() == "uk":
        return f"{number} {texts_uk.COUNTED[noun][_ukrainian_form(number)]}"
    bare = noun.removesuffix(" ago")
    one, many = bare, f"{bare}s"
    return f"{number} {one if number == 1 else many}{noun[len(bare) :]}"


def ago(microseconds: int) -> str:
    """How long ago a moment was, by the largest unit that fits."""
    seconds = (clock.now_us() - microseconds) // 1_000_000
    for unit, length in SECONDS_IN:
        if seconds >= length:
            return count(seconds // length, f"{unit} ago")
    return text("just now")


def size(number: int) -> str:
    """Bytes, as people say them."""
    amount, unit = float(number), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    shown = f"{amount:.0f}" if unit == 0 or amount >= 10 else f"{amount:.1f}"
    if language() == "uk":
        shown = shown.replace(".", ",")
    return f"{shown} {text(_UNITS[unit])}"


def _ukrainian_form(number: int) -> int:
    """Which of the three: as after 1, 2 or 5."""
    if number % 10 == 1 and number % 100 != 11:
        return 0
    if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14):
        return 1
    return 2


FOR_TEMPLATES = {
    "t": text,
    "count": count,
    "ago": ago,
    "summary": summary,
    "size": size,
    "language": language,
    "languages": LANGUAGE_NAMES,
}
