import string
from pathlib import Path
from typing import get_args

import pytest

from solosync.render import fonts
from solosync.render.faces import Face

FAMILIES = get_args(fonts.Family)
ROOT = Path(__file__).parent.parent.parent
LIBERATION = Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf")
MAX_BYTES = 4_000_000


def test_every_bundled_font_has_its_licence_stated():
    licences = (ROOT / "packaging" / "LICENSES.md").read_text(encoding="utf-8")
    bundled = {file.name for file in fonts.TYPEFACES.iterdir()} - {"LICENSES.txt"}
    assert bundled == {file.name for file in fonts.files()}
    assert [name for name in bundled if f"| {name} |" not in licences] == []
    assert "SIL OPEN FONT LICENSE" in (fonts.TYPEFACES / "LICENSES.txt").read_text(encoding="utf-8")


def test_bundled_fonts_are_small():
    assert sum(file.stat().st_size for file in fonts.files()) <= MAX_BYTES


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_writes_plain_text_itself(family):
    face = fonts.face(family)
    printable = string.ascii_letters + string.digits + string.punctuation + " "
    assert [char for char in printable if not face.has(char)] == []
    assert face.can_embed


@pytest.mark.parametrize(
    "letters", ["äöüßéèñçøłşğ", "абвгґєїёъыэюя", "αβγδεζηθςώ", "אבגדהוזךםןףץ", "₽€“”…•→≤≥∑√"]
)
def test_sans_writes_the_alphabets_of_europe_and_hebrew(letters):
    assert [char for char in letters if not fonts.face("sans").has(char)] == []


@pytest.mark.parametrize(
    ("cluster", "file"),
    [
        ("a", "LilitaOne-Regular.ttf"),
        ("e\u0301", "LilitaOne-Regular.ttf"),  # has é, but no accent of its own
        ("ж", "Arimo-Regular.ttf"),
        ("ם", "Arimo-Regular.ttf"),
        ("م", "NotoSansArabic-Regular.ttf"),
        ("😀", "NotoEmoji-Regular.ttf"),
        ("👨\u200d👩\u200d👧", "NotoEmoji-Regular.ttf"),
        ("1", "LilitaOne-Regular.ttf"),
        ("1\ufe0f\u20e3", "NotoEmoji-Regular.ttf"),
        ("©\ufe0f", "NotoEmoji-Regular.ttf"),
        ("∀", "NotoSansMath-Regular.ttf"),
        ("\U0001d504", "NotoSansMath-Regular.ttf"),
        ("☐", "NotoSansSymbols2-Regular.ttf"),
        ("\u200b", "LilitaOne-Regular.ttf"),
    ],
    ids=lambda value: value.encode("unicode_escape").decode(),
)
def test_bundled_fonts_help_each_other_out(cluster, file):
    face = fonts.face_for(cluster, "lilita")
    assert face is not None
    assert face.file.name == file


def test_character_that_nobody_has_has_no_face():
    assert fonts.fallback_for("\U0010fffe", "sans") is None


@pytest.mark.parametrize("text", ["我们在白板上写字、你好。", "ひらがなカタカナ"])
def test_common_chinese_and_kana_can_be_written_on_any_machine(text):
    bundled = Face(fonts.TYPEFACES / fonts.CHINESE)
    assert [char for char in text if not bundled.has(char)] == []
    assert [char for char in text if fonts.fallback_for(char, "hand") is None] == []


def test_same_face_is_the_same_object():
    assert fonts.face("sans") is fonts.fallback_for("a", "sans") is fonts.face("sans")


@pytest.mark.skipif(not LIBERATION.exists(), reason="Liberation Sans isn't installed")
def test_sans_has_the_widths_of_liberation_sans():
    """That is, of Arial, in which the existing client writes."""
    sans, liberation = fonts.face("sans"), Face(LIBERATION)
    shared = [char for char in map(chr, range(0x20, 0x500)) if sans.has(char)]
    shared = [char for char in shared if liberation.has(char) and char.isprintable()]
    widths = [
        [face.advance(face.hb_font.get_nominal_glyph(ord(char))) for char in shared]
        for face in (sans, liberation)
    ]
    different = [char for char, a, b in zip(shared, *widths, strict=True) if a != b]
    assert len(shared) > 500
    assert set(different) == {"·", "ƒ", "\u02c6", "Ѝ", "џ"}  # here the two don't agree on Arial
