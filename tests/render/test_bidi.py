import pytest

from solosync.render.bidi import levels, reads_rtl, visual_order


def seen(text, *, is_rtl=False):
    """The characters as they stand from left to right."""
    found = levels(text, is_rtl=is_rtl)
    return "".join(text[at] for at in visual_order(found))


# A, B, C stand for Hebrew letters, so that the cases can be read.
def hebrew(text):
    return text.translate({ord("A"): "א", ord("B"): "ב", ord("C"): "ג"})


@pytest.mark.parametrize(
    ("text", "is_rtl", "expected"),
    [
        ("one two", False, "one two"),
        ("ABC", False, "CBA"),
        ("a ABC b", False, "a CBA b"),
        ("a ABC b", True, "b CBA a"),
        ("A 12 B", False, "B 12 A"),
        ("A 1.5% B", True, "B 1.5% A"),
        ("A 1,2 x", False, "1,2 A x"),
        ("ABC!", False, "CBA!"),
        ("ABC!", True, "!CBA"),
        ("A-B a-b", False, "B-A a-b"),
        ("a (AB) c", False, "a (BA) c"),
        ("AB (c) A", True, "A )c( BA"),
        ("A (B c) A", False, "A (B c) A"),
        ("A\tB", False, "A\tB"),
        ("a AB ", False, "a BA "),
        ("AB  ", True, "  BA"),
        ("", True, ""),
    ],
)
def test_characters_stand_where_the_standard_puts_them(text, is_rtl, expected):
    assert seen(hebrew(text), is_rtl=is_rtl) == hebrew(expected)


def test_european_digits_after_arabic_letters_count_as_arabic_ones():
    assert seen("م1-2") == "2-1م"
    assert seen("א1-2") == "1-2א"


def test_accents_go_with_their_letters():
    assert levels("a\u0301ב\u05b0c") == [0, 0, 1, 1, 0]


def test_control_characters_go_with_what_is_before_them():
    assert levels("אב\u200dג") == [1, 1, 1, 1]
    assert levels("\u200fab") == [1, 0, 0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ("123 ...", False),
        ("abc שלום", False),
        ("שלום abc", True),
        ("12 (مرحبا", True),
        ("😀 é", False),
    ],
)
def test_first_letter_tells_how_a_text_reads(text, expected):
    assert reads_rtl(text) is expected
