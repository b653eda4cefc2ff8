import pytest

from solosync.render import clusters


@pytest.mark.parametrize(
    "parts",
    [
        ["a", "b", " ", "ж"],
        ["e\u0301", "x"],
        ["ש\u05c1\u05b8", "ל"],
        ["ก\u0e33", "น\u0e49"],
        ["क\u093f", "त"],
        ["👍🏽", "👍"],
        ["👨\u200d👩\u200d👧", "👧"],
        ["❤\ufe0f", "1\ufe0f\u20e3"],
        ["🇩🇪", "🇺🇦", "🇫"],
        ["\u1112\u1161\u11ab", "한", "\u1100"],
        ["가\u11a8", "각", "\u1161"],
        ["a", "\r\n", "\n", "b"],
        ["你", "好"],
    ],
    ids=lambda parts: "".join(parts).encode("unicode_escape").decode(),
)
def test_text_is_split_where_a_person_would(parts):
    assert clusters.split("".join(parts)) == parts


def test_language_is_told_by_characters_that_only_one_uses():
    assert clusters.language("plain") == ""
    assert clusters.language("你好") == "zh"
    assert clusters.language("漢字かな") == "ja"
    assert clusters.language("漢字 한글") == "ko"


def test_script_is_that_of_the_first_character():
    assert clusters.script("a") == "Latn"
    assert clusters.script("é") == "Latn"
    assert clusters.script("ж") == "Cyrl"
    assert clusters.script("ש\u05b8") == "Hebr"
    assert clusters.script(" ") == clusters.script("1") == clusters.script("\u0301") == ""
