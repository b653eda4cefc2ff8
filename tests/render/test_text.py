import random
import unicodedata

import numpy as np
import pytest

from solosync.render import clusters, fonts, text
from solosync.render.text import metrics, shape, text_op, wrap

NOBODYS = "\U0010fffe"
SAMPLES = (
    "aé ж Ωש\u05b8م\u0651😀👍🏽\u200d❤\ufe0f12.,()-\t\r\x00\u202e\u0301ก\u0e33你🇩🇪\ud800" + NOBODYS
)


def glyphs_of(line):
    return [glyph for run in line.runs for glyph in run.ids]


def in_reading_order(line):
    return "".join(run.text for run in sorted(line.runs, key=lambda run: run.start))


def glyph(face, char):
    return face.hb_font.get_nominal_glyph(ord(char))


def test_plain_text_is_one_run_with_a_glyph_for_each_character():
    line = shape("Hello", "sans", 16)
    (run,) = line.runs
    assert run.face is fonts.face("sans")
    assert run.ids == tuple(glyph(run.face, char) for char in "Hello")
    assert run.clusters == (0, 1, 2, 3, 4)
    assert run.positions[0].tolist() == [0, 0]
    widths = [run.face.advance(one) * 16 / 2048 for one in run.ids]
    assert line.width == pytest.approx(sum(widths))
    assert np.allclose(np.diff(run.positions[:, 0]), widths[:-1])


def test_width_grows_with_the_size_exactly():
    assert shape("Wordé", "hand", 40).width == pytest.approx(4 * shape("Wordé", "hand", 10).width)


def test_empty_text_has_no_runs():
    line = shape("", "sans", 16)
    assert (line.runs, line.width, line.missing) == ((), 0, frozenset())


def test_letters_are_kerned():
    alone = shape("A", "sans", 100).width + shape("V", "sans", 100).width
    assert shape("AV", "sans", 100).width < alone - 5


def test_base_and_accent_become_one_glyph_that_stands_for_both():
    (run,) = shape("e\u0301!", "sans", 16).runs
    assert run.ids[0] == glyph(run.face, "é")
    assert run.clusters == (0, 2)


def test_ligature_stands_for_its_characters():
    (run,) = shape("a => b", "mono", 16).runs
    separate = [glyph(run.face, char) for char in "=>"]
    assert [one for one in run.ids if one in separate] == []
    assert in_reading_order(shape("a => b", "mono", 16)) == "a => b"


def test_emoji_of_several_characters_is_one_glyph():
    for emoji in ("👨\u200d👩\u200d👧", "👍🏽", "🇩🇪", "1\ufe0f\u20e3"):
        (run,) = shape(emoji, "hand", 16).runs
        inked = [one for one in run.ids if not run.face.glyph_box(one).is_empty]
        assert len(inked) == 1, emoji
        assert set(run.clusters) == {0}


def test_hebrew_stands_from_right_to_left_and_reads_as_it_was_given():
    line = shape("שלום", "sans", 16)
    (run,) = line.runs
    assert run.is_rtl
    assert run.clusters == (3, 2, 1, 0)
    assert run.ids == tuple(glyph(run.face, char) for char in "םולש")
    assert (np.diff(run.positions[:, 0]) > 0).all()


def test_hebrew_points_stand_below_their_letters():
    (run,) = shape("בָ", "sans", 100).runs
    point = run.ids[run.clusters.index(0)]
    boxes = [run.face.glyph_box(one) for one in run.ids]
    assert len(run.ids) == 2
    assert max(box.bottom for box in boxes) > 0
    assert shape("בָ", "sans", 100).width == pytest.approx(shape("ב", "sans", 100).width)
    assert point in run.ids


def test_arabic_letters_join():
    (run,) = shape("مرحبا", "sans", 16).runs
    assert run.face.name == "NotoSansArabic-Regular"
    separate = {glyph(run.face, char) for char in "مرحبا"}
    assert len(set(run.ids) - separate) >= 3
    alone = sum(shape(char, "sans", 16).width for char in "مرحبا")
    assert shape("مرحبا", "sans", 16).width < alone


def test_brackets_are_mirrored_in_text_from_right_to_left():
    (run,) = shape("(א)", "sans", 16, is_rtl=True).runs
    assert run.ids == tuple(glyph(run.face, char) for char in "(א)")
    assert run.clusters == (2, 1, 0)


def test_runs_stand_as_the_line_reads():
    to_right = shape("abc שלום", "sans", 16)
    assert [run.text for run in to_right.runs] == ["abc ", "שלום"]
    to_left = shape("abc שלום", "sans", 16, is_rtl=True)
    assert [run.text for run in to_left.runs] == [" שלום", "abc"]
    assert in_reading_order(to_left) == "abc שלום"
    lefts = [run.positions[0, 0] for run in to_left.runs]
    assert lefts == sorted(lefts)
    assert to_left.width == pytest.approx(to_right.width)


def test_scripts_of_one_face_are_shaped_apart():
    line = shape("abжд", "sans", 16)
    assert [run.text for run in line.runs] == ["ab", "жд"]


def test_character_that_nobody_has_is_a_box_and_is_told():
    line = shape(f"a{NOBODYS}b", "hand", 16)
    assert line.missing == {NOBODYS}
    box = line.runs[1]
    assert (box.face, box.ids, box.text) == (fonts.face("sans"), (0,), NOBODYS)
    assert not box.face.glyph_box(0).is_empty
    assert shape("aж\u200d", "hand", 16).missing == frozenset()


def test_white_space_is_a_space_and_controls_do_not_show():
    space = shape("a b", "sans", 16)
    for char in "\t\n\r\f":
        assert glyphs_of(shape(f"a{char}b", "sans", 16)) == glyphs_of(space)
        assert shape(f"a{char}b", "sans", 16).text == f"a{char}b"
    assert shape("a\x00\x07\x9fb", "sans", 16).width == pytest.approx(shape("ab", "sans", 16).width)


@pytest.mark.parametrize("family", ["sans", "lilita"])
def test_any_text_can_be_shaped_and_comes_back_from_its_runs(family):
    seed = 20261121
    print("seed", seed)
    random_ = random.Random(seed)
    for _ in range(300):
        given = "".join(random_.choices(SAMPLES, k=random_.randint(1, 12)))
        line = shape(given, family, 20, is_rtl=random_.random() < 0.5)
        assert line.text == in_reading_order(line) == given
        for run in line.runs:
            assert len(run.ids) == len(run.clusters) == len(run.positions) > 0
            assert {0} <= set(run.clusters) <= set(range(len(run.text)))
            ordered = sorted(run.clusters, reverse=run.is_rtl)
            assert list(run.clusters) == ordered
        assert np.isfinite(line.width)


def test_metrics_are_in_pixels():
    assert metrics("sans", 2048) == (1854, 434)
    assert metrics("hand", 10) == pytest.approx((8.86, 3.74))


def test_text_to_paint_has_the_line_at_its_place():
    op = text_op(shape("ab", "sans", 12), 3, 40, 12, (1, 2, 3), 0.5)
    assert (op.text, op.x, op.y, op.size, op.color, op.alpha) == ("ab", 3, 40, 12, (1, 2, 3), 0.5)


def test_text_without_a_width_keeps_its_own_lines():
    assert wrap("a b\nc\r\n\nd", "sans", 16, None) == ["a b", "c", "", "d"]
    assert wrap("", "sans", 16, 50) == [""]


def width_of(line):
    return shape(line, "sans", 16).width


@pytest.mark.parametrize(
    ("given", "widest", "expected"),
    [
        ("one two", "one two", ["one two"]),
        ("one two", "one tw", ["one", "two"]),
        ("one two", "one", ["one", "two"]),
        ("one two", "on", ["on", "e", "tw", "o"]),
        ("one   two", "one tw", ["one", "two"]),
        ("one two ", "one two", ["one two"]),
        ("well-known", "well-kn", ["well-", "known"]),
        ("well-known", "well", ["well", "-", "kno", "wn"]),
        ("a longword", "longwo", ["a", "longwo", "rd"]),
        ("  ab", "ab", ["", "ab"]),
        ("你好世界", "你好世", ["你好世", "界"]),
        ("a\nbb cc", "bb", ["a", "bb", "cc"]),
    ],
)
def test_lines_break_as_on_the_screen(given, widest, expected):
    assert wrap(given, "sans", 16, width_of(widest) + 0.01) == expected


def test_line_has_at_least_one_cluster():
    assert wrap("abe\u0301", "sans", 16, 0) == ["a", "b", "e\u0301"]
    assert wrap("👍🏽👍🏽", "sans", 16, -5) == ["👍🏽", "👍🏽"]


def broken_slowly(line, width):
    """The same rule, by trying every length of every line."""
    parts = clusters.split(line)
    while width_of("".join(parts)) > width and len(parts) > 1:
        fitting = [n for n in range(1, len(parts)) if width_of("".join(parts[:n])) <= width]
        count = max(fitting, default=1)
        if parts[count] not in " -":
            breaks = [at + 1 for at in range(count) if parts[at] in " -"]
            count = max(breaks, default=count)
        yield "".join(parts[:count]).rstrip()
        parts = clusters.split("".join(parts[count:]).lstrip())
        if not parts:
            return
    yield "".join(parts)


def test_breaks_are_those_of_trying_every_length():
    seed = 7
    print("seed", seed)
    random_ = random.Random(seed)
    for _ in range(60):
        given = "".join(random_.choices("AVTo fi-lé жש  ", k=random_.randint(1, 40)))
        width = random_.uniform(10, 150)
        assert wrap(given, "sans", 16, width) == list(broken_slowly(given, width)), (given, width)


def test_accents_never_leave_their_letters_in_a_break():
    given = "e\u0301" * 30
    for line in wrap(given, "sans", 16, 40):
        assert unicodedata.combining(line[0]) == 0


def test_line_of_a_hundred_thousand_characters_breaks():
    lines = wrap("word " * 20_000, "sans", 16, 200)
    assert sum(line.split().count("word") for line in lines) == 20_000
    assert text.shape("x" * 100_000, "sans", 16).width > 500_000
