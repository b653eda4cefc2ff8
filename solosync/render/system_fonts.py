"""The fonts that are installed on this machine, for what the bundled ones can't write."""

import sys
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import uharfbuzz as hb

from solosync.render.faces import Face

SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}
BOXES_FOR_ALL = "lastresort"  # has a glyph for everything, but shows none of it
MAX_FACES = 64  # of one collection; the largest known has 12

# Which of two fonts that both have a character is taken: plain before styled, then by this list.
PREFERRED = ["notosans", "dejavusans", "segoeui", "arialuni", "freesans"]
STYLED = [
    *("bold", "italic", "oblique", "light", "thin", "black", "medium", "heavy", "condensed"),
    *("narrow", "mono", "serif", "display", "mincho", "song", "ming", "math", "icon"),
    "unifont",
]
# How names tell which language's way of writing Chinese characters a font has.
MARKS = {
    "zh": ["cjksc", "sanssc", "hansc", "wqy", "yahei", "msyh", "pingfangsc", "stheiti", "fallback"],
    "ja": ["cjkjp", "sansjp", "hansjp", "hiragino", "yugoth", "meiryo", "msgothic", "ipag", "vlg"],
    "ko": ["cjkkr", "sanskr", "hanskr", "malgun", "applesdgothic", "nanumgothic", "unbatang"],
}


def folders() -> list[Path]:
    """Where this operating system keeps fonts: for all, then for this person."""
    home = Path.home()
    if sys.platform == "win32":
        own = home / "AppData" / "Local" / "Microsoft" / "Windows" / "Fonts"
        return [Path(home.anchor) / "Windows" / "Fonts", own]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    usual = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    return [*usual, home / ".local" / "share" / "fonts", home / ".fonts"]


class SystemFonts:
    """Looks into the folders when first asked, and into each file when its turn first comes."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.folders = list(folders)
        self._faces: dict[Path, list[Face]] = {}
        self._ranked: dict[str, list[Path]] = {}
        self._characters: Any = None  # what any of them has, once all have been looked into

    @cached_property
    def files(self) -> list[Path]:
        found = (file for folder in self.folders for file in folder.rglob("*"))
        return [
            file
            for file in found
            if file.suffix.lower() in SUFFIXES and not file.stem.lower().startswith(BOXES_FOR_ALL)
        ]

    def find(self, characters: str, language: str = "") -> Face | None:
        """The best face that draws all of these characters; ``language`` (`zh`, `ja`, `ko`)
        chooses among those that would draw the same characters differently."""
        if self._characters is not None and not all(
            ord(char) in self._characters for char in characters
        ):
            return None
        for file in self._in_order(language):
            for face in self._in(file, language):
                if all(face.draws(char) for char in characters):
                    return face
        if self._characters is None:
            self._characters = self._all_characters()
        return None

    def _all_characters(self) -> Any:
        characters = hb.Set()
        for faces in self._faces.values():
            for face in faces:
                characters.update(face.characters)
        return characters

    def _in_order(self, language: str) -> list[Path]:
        order = self._ranked.get(language)
        if order is None:
            order = sorted(self.files, key=lambda file: _rank(file.stem, language))
            self._ranked[language] = order
        return order

    def _in(self, file: Path, language: str) -> list[Face]:
        faces = self._faces.get(file)
        if faces is None:
            faces = self._faces[file] = _readable(file)
        if len(faces) > 1:
            return sorted(faces, key=lambda face: _rank(face.name, language))
        return faces


def _rank(name: str, language: str) -> tuple[bool, bool, int, str]:
    plain = name.lower().replace("-", "").replace("_", "").replace(" ", "")
    is_foreign = not any(mark in plain for mark in MARKS.get(language, [""]))
    is_styled = any(word in plain for word in STYLED)
    place = next((at for at, name in enumerate(PREFERRED) if plain.startswith(name)), 99)
    return is_styled, is_foreign, place, name


def _readable(file: Path) -> list[Face]:
    """The file's faces that have outlines. What is damaged, or can't be opened, is no font to us:
    there may be another one with the character, and if not, the picture's warning says so."""
    try:
        with file.open("rb") as stream:
            faces = [Face(file, index) for index in range(_count(stream))]
        return [face for face in faces if face.has_outlines and face.characters]
    except (OSError, ValueError):
        return []


def _count(stream: BinaryIO) -> int:
    header = stream.read(12)
    if header[:4] != b"ttcf":
        return 1
    return min(MAX_FACES, int.from_bytes(header[8:12], "big"))
