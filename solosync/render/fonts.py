"""Which font writes what: the bundled families, and who helps out where they lack a character."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from solosync.render.faces import Face, Subset
from solosync.render.system_fonts import SystemFonts, folders

__all__ = ["Face", "Family", "Subset", "face", "face_for", "fallback_for", "files"]

Family = Literal["sans", "hand", "virgil", "mono", "nunito", "lilita", "comic"]

TYPEFACES = Path(__file__).parent / "typefaces"
FILES: dict[Family, str] = {
    "sans": "Arimo-Regular.ttf",  # has the widths of Arial
    "hand": "Excalifont-Regular.ttf",
    "virgil": "Virgil-Regular.ttf",
    "mono": "CascadiaCode-Regular.ttf",
    "nunito": "Nunito-Medium.ttf",
    "lilita": "LilitaOne-Regular.ttf",
    "comic": "ComicShanns-Regular.ttf",
}
ARABIC = "NotoSansArabic-Regular.ttf"
EMOJI = "NotoEmoji-Regular.ttf"
SIGNS = ("NotoSansMath-Regular.ttf", "NotoSansSymbols2-Regular.ttf")
# Only common characters, so asked last: where a whole font is installed, a text is of one piece.
CHINESE = "NotoSansSC-Regular.ttf"

# Sets a character's look as text or as emoji; after it, the emoji.
EMOJI_SELECTOR = "\ufe0f"
KEYCAP = "\u20e3"
# Said to have no look of their own where a font lacks them: joiners, selectors, tags, controls.
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)


@cache
def _bundled(name: str) -> Face:
    return Face(TYPEFACES / name)


def face(family: Family) -> Face:
    """The bundled face of a family."""
    return _bundled(FILES[family])


def files() -> list[Path]:
    """All the bundled font files, the sans first."""
    return [TYPEFACES / name for name in (*FILES.values(), ARABIC, EMOJI, *SIGNS, CHINESE)]


@cache
def _system() -> SystemFonts:
    return SystemFonts(folders())


def fallback_for(char: str, family: Family) -> Face | None:
    """The face that writes a character in texts of a family; None if there is none."""
    return face_for(char, family)


@lru_cache(maxsize=1 << 15)
def face_for(cluster: str, family: Family, language: str = "") -> Face | None:
    """The face for characters that belong together, such as a letter and its accents: one that
    has all of them, else one that has the first, else None.

    ``language`` is that of the text, if known (`zh`, `ja` or `ko`; they share characters).
    """
    needed = INVISIBLE.sub("", cluster)
    if not needed:
        return face(family)
    names = [FILES[family], FILES["sans"], ARABIC, EMOJI, *SIGNS]
    if EMOJI_SELECTOR in cluster or KEYCAP in cluster:
        names.insert(0, EMOJI)
    # Shaping puts letters and accents together, and takes them apart, as the font needs it.
    forms = {needed, *(unicodedata.normalize(form, needed) for form in ("NFC", "NFD"))}
    for name in names:
        if any(all(_bundled(name).has(char) for char in form) for form in forms):
            return _bundled(name)
    found = _system().find(needed, language)
    if found is None and all(_bundled(CHINESE).has(char) for char in needed):
        found = _bundled(CHINESE)
    if found is None and len(needed) > 1:
        return face_for(needed[0], family, language)
    return found
