import pytest

from solosync.render.system_fonts import SystemFonts
from tests.render import typefounder


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "fonts"


@pytest.fixture
def install(folder):
    """Puts a font into the folder: name and characters, and what typefounder.font takes."""

    def install(name, characters, suffix="ttf", **options):
        (folder / "deeper").mkdir(parents=True, exist_ok=True)
        font = typefounder.font(name, characters, **options)
        return typefounder.save(font, folder / "deeper" / f"{name}.{suffix}")

    return install


def found(folder, characters, language=""):
    face = SystemFonts([folder]).find(characters, language)
    return None if face is None else face.name


def test_font_that_has_all_the_characters_is_found(folder, install):
    install("NotoSansOne-Regular", "एक")
    install("Two-Regular", "एकश")
    assert found(folder, "ए") == "NotoSansOne-Regular"
    assert found(folder, "एश") == "Two-Regular"
    assert found(folder, "x") is None


def test_plain_font_is_taken_before_a_bold_one_and_a_known_before_an_unknown(folder, install):
    install("NotoSansThai-Bold", "ก")
    install("Other-Regular", "ก")
    assert found(folder, "ก") == "Other-Regular"
    install("DejaVuSans", "ก")
    assert found(folder, "ก") == "DejaVuSans"
    install("NotoSansThai-Regular", "ก")
    assert found(folder, "ก") == "NotoSansThai-Regular"


def test_language_chooses_among_the_faces_of_a_collection(folder):
    folder.mkdir()
    names = ["NotoSansCJKjp-Regular", "NotoSansCJKkr-Regular", "NotoSansCJKsc-Regular"]
    faces = [typefounder.font(name, "直", is_cff=True) for name in names]
    typefounder.save_collection(faces, folder / "NotoSansCJK-Regular.ttc")
    assert [found(folder, "直", language) for language in ("ja", "ko", "zh")] == names
    assert found(folder, "直") == names[0]


def test_language_chooses_among_files(folder, install):
    install("NotoSansJP-Regular", "直", "otf", is_cff=True)
    install("NotoSansSC-Regular", "直")
    assert found(folder, "直", "zh") == "NotoSansSC-Regular"
    assert found(folder, "直", "ja") == "NotoSansJP-Regular"
    assert found(folder, "直", "ko") in {"NotoSansJP-Regular", "NotoSansSC-Regular"}


def test_font_whose_glyphs_are_only_pictures_is_not_used(folder, install):
    install("NotoColorEmoji", "😀", has_ink=False)
    assert found(folder, "😀") is None
    assert found(folder, "\u3000") is None
    install("Other", "😀\u3000", has_ink=False)
    assert found(folder, "\u3000") == "Other"  # a space needs no ink


def test_damaged_fonts_are_passed_over(folder, install):
    file = install("Aaa-Regular", "ก")
    (folder / "empty.ttf").touch()
    (folder / "cut.ttf").write_bytes(file.read_bytes()[:200])
    (folder / "collection.ttc").write_bytes(b"ttcf\0\1\0\0\xff\xff\xff\xff")
    (folder / "gone.otf").symlink_to(folder / "nowhere.otf")
    (folder / "readme.txt").write_text("ก")
    assert found(folder, "ก") == "Aaa-Regular"
    assert found(folder, "ฮ") is None


def test_font_of_last_resort_is_none(folder, install):
    """The one that macOS has shows boxes for all of Unicode."""
    install("LastResort", "ก")
    assert found(folder, "ก") is None


def test_folder_that_is_not_there_has_no_fonts(tmp_path):
    assert found(tmp_path / "nowhere", "a") is None
