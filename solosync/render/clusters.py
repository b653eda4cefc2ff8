"""Which characters of a text belong together, and which script they are of."""

import re
import unicodedata

PLAIN = re.compile("[ -\u02ff\u0370-\u0482\u048a-\u052f]*")  # one character, one cluster
MARKS = {"Mn", "Mc", "Me"}
JOINER = "\u200d"
THAI_AND_LAO_AM = "\u0e33\u0eb3"  # vowels that are letters to Unicode, but part of what is before
EXTENDERS = re.compile("[\u200c\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]")
KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
CHINESE = re.compile("[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def split(text: str) -> list[str]:
    """The text in grapheme clusters: what a person takes for one character (UAX #29, without the
    conjuncts of Indic scripts, which shaping keeps together)."""
    if PLAIN.fullmatch(text):
        return list(text)
    found: list[str] = []
    flag_letters = 0  # directly before
    for char in text:
        is_flag_letter = FLAG_LETTERS.match(char) is not None
        if found and _continues(found[-1], char, is_flag_letter and flag_letters % 2 == 1):
            found[-1] += char
        else:
            found.append(char)
        flag_letters = flag_letters + 1 if is_flag_letter else 0
    return found


def _continues(cluster: str, char: str, ends_flag: bool) -> bool:
    before = cluster[-1]
    if before in "\r\n" or char in "\r\n":
        return before + char == "\r\n"
    if ends_flag or unicodedata.category(char) in MARKS or EXTENDERS.match(char):
        return True
    if before == JOINER:
        is_picture = unicodedata.category(cluster[0]) == unicodedata.category(char) == "So"
        return is_picture and not FLAG_LETTERS.match(char)
    return char in THAI_AND_LAO_AM or _joins_hangul(before, char)


def _joins_hangul(before: str, char: str) -> bool:
    """Syllables written letter by letter: lead, vowel, tail."""
    if not ("\u1100" <= char <= "\u11ff" or "\uac00" <= char <= "\ud7a3"):
        return False
    if "\u1100" <= before <= "\u115f":
        return char <= "\u11a7" or char >= "\uac00"
    if "\uac00" <= before <= "\ud7a3":
        has_tail = (ord(before) - 0xAC00) % 28 != 0
        return ("\u11a8" if has_tail else "\u1160") <= char <= "\u11ff"
    if "\u1160" <= before <= "\u11a7":
        return "\u1160" <= char <= "\u11ff"
    return "\u11a8" <= before <= "\u11ff" and "\u11a8" <= char <= "\u11ff"


def language(text: str) -> str:
    """`ja`, `ko` or `zh` as far as the characters tell, else an empty string."""
    if not CHINESE.search(text):
        return ""
    if KANA.search(text):
        return "ja"
    return "ko" if HANGUL.search(text) else "zh"


def script(cluster: str) -> str:
    """The script's ISO 15924 code; an empty string for what any script uses."""
    first = cluster[0]
    if first.isascii():
        return "Latn" if first.isalpha() else ""
    from fontTools.unicodedata import script as script_of

    found = script_of(first)
    return "" if found in ("Zyyy", "Zinh", "Zzzz") else str(found)
