import json
import random
import struct

import pytest

from solosync.board.canonical import (
    MAX_DEPTH,
    canonical,
    check_depth,
    dump,
    join_object,
    number,
    parse,
    quote,
    split_object,
)
from solosync.errors import Invalid

FORMS = [
    (b'{"b":1,"a":2}', '{"a":2,"b":1}'),
    (b' [ 1 , "x" ] ', '[1,"x"]'),
    ('{"é":"😀"}'.encode(), '{"\\u00e9":"\\ud83d\\ude00"}'),
    (b'"\\/\\u0041\x7f"', '"/A\\u007f"'),
    (b'"quote \\" and \\\\ in it, 1.0 and -0 too"', '"quote \\" and \\\\ in it, 1.0 and -0 too"'),
    (b'{"1.0":[1.0,"-0",-0.0]}', '{"1.0":[1,"-0",0]}'),
    (b'{"1.0":[1.0,"2.0, 3.0]",1.05]}', '{"1.0":[1,"2.0, 3.0]",1.05]}'),
    (b'{"":0,"__proto__":{"a":null}}', '{"":0,"__proto__":{"a":null}}'),
]
NUMBERS = [
    (b"-0", "0"),
    (b"-0.0", "0"),
    (b"1.0", "1"),
    (b"1E5", "100000"),
    (b"1e-5", "1e-05"),
    (b"0.0001", "0.0001"),
    (b"1e22", "1e+22"),
    (b"1e16", "1e+16"),
    (b"5e-324", "5e-324"),
    (b"1e-400", "0"),
    (b"1.7976931348623157e308", "1.7976931348623157e+308"),
    (b"0.30000000000000004", "0.30000000000000004"),
    (b"9007199254740991", "9007199254740991"),
    (b"9007199254740991.0", "9007199254740991"),
    (b"9007199254740992.0", "9007199254740992.0"),
    (b"9007199254740993", "9007199254740993"),
    (b"18446744073709551616", "18446744073709551616"),
    (b"-" + b"7" * 100, "-" + "7" * 100),
    (b"1" + b"0" * 308, "1" + "0" * 308),
]
REFUSED = [
    b"",
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e999",
    b"-1e999",
    b"1.7976931348623159e308",
    b"1" + b"0" * 309,
    b"9" * 309,
    b"9" * 5000,
    b"01",
    b"+1",
    b".5",
    b"1.",
    b"tru",
    b"[1,]",
    b'{"a":1,}',
    b"{'a':1}",
    b"[1] x",
    b'"\x00"',
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'"\xc0\xaf"',
    b"\xef\xbb\xbf1",
    b"[" * 100_000,
]


@pytest.mark.parametrize(("raw", "form"), FORMS)
def test_text_has_one_form(raw, form):
    """[JSON1]"""
    assert canonical(raw) == form
    assert canonical(form.encode()) == form
    assert form == json.dumps(json.loads(form), sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize(("raw", "form"), NUMBERS)
@pytest.mark.parametrize("around", [b"%s", b"[%s]", b'{"a":[0,%s,"\xc3\xa9"]}'])
def test_numbers_have_one_form(raw, form, around):
    """[JSON2]"""
    given = around.replace(b"%s", raw)
    expected = canonical(around).replace('"%s"', form) if b'"%s"' in around else None
    text = canonical(given)
    assert form in text
    assert expected is None or text == expected
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize("raw", REFUSED)
def test_what_is_no_json_or_no_double_is_refused(raw):
    """[JSON3]"""
    for text in (raw, b'{"a":[' + raw + b"]}") if raw else (raw,):
        with pytest.raises(Invalid):
            canonical(text)


def test_the_fast_way_and_the_exact_way_agree_on_any_number():
    """[JSON2]"""
    seed = 20260101
    rng = random.Random(seed)
    for turn in range(20_000):
        value = rng.choice(
            (
                struct.unpack("<d", rng.randbytes(8))[0],
                round(rng.uniform(-1000, 1000), rng.randint(0, 12)),
                rng.random() * 10.0 ** rng.randint(-10, 25),
                rng.randint(-(2**70), 2**70),
                float(rng.randint(-(2**60), 2**60)),
            )
        )
        if value - value != 0:
            continue
        raw = json.dumps({"a": [value]}).encode()
        text = canonical(raw)
        assert text == dump(parse(raw)), (seed, turn, raw)
        assert text == json.dumps(json.loads(text), separators=(",", ":")), (seed, turn, raw)


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        (b'"\\ud800"', '"\\ufffd"'),
        (b'"\\udc00\\ud800"', '"\\ufffd\\ufffd"'),
        (b'{"\\udfff":["\\ud83d"]}', '{"\\ufffd":["\\ufffd"]}'),
        (b'"\\ud83d\\ude00"', '"\\ud83d\\ude00"'),
        (b'"\\\\ud800"', '"\\\\ud800"'),
    ],
)
def test_lone_surrogates_are_replaced(raw, form):
    """[JSON5]"""
    assert canonical(raw) == form


def test_the_last_of_equal_keys_counts():
    """[JSON7]"""
    assert canonical(b'{"a":1,"b":2,"a":3}') == '{"a":3,"b":2}'
    assert canonical(b'{"a":1,"a":10000000000000000000001}') == '{"a":10000000000000000000001}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_has_no_number_for_is_null(value):
    assert number(value) == "null"


def nested(depth):
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "raw",
    [
        nested(MAX_DEPTH),
        b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH,
        b"[" + b",".join([nested(99)] * 20) + b"]",
        b'["' + b"[" * 500 + b'"]',
        b'["\\"' + b"[{" * 500 + b'\\\\",[]]',
        b'{"' + b"[" * 200 + b'":"' + b"{" * 200 + b'"}',
        b"[" + b'"[",' * 1000 + b"[]]",
        b'["\\\\",' + nested(99) + b"]",
        b'["\\\\\\"[",' + nested(99) + b"]",
    ],
)
def test_a_hundred_levels_are_fine(raw):
    """[JSON4]"""
    check_depth(raw)
    canonical(raw)


@pytest.mark.parametrize(
    "raw",
    [
        nested(MAX_DEPTH + 1),
        b'{"a":' * 101 + b"1" + b"}" * 101,
        b"[" + b",".join([nested(5), nested(100), b'"]"']) + b"]",
        b'["\\\\",' + nested(100) + b"]",
        b'["]]]",' + nested(100) + b"]",
        b'["\\"]]]",' + nested(100) + b"]",
        nested(100_000),
    ],
)
def test_more_than_a_hundred_levels_are_refused(raw):
    """[JSON4]"""
    with pytest.raises(Invalid, match="deeper than 100"):
        check_depth(raw)


@pytest.mark.parametrize("seed", range(10))
def test_depth_is_told_exactly_for_any_json(seed):
    """[JSON4]"""
    rng = random.Random(seed)
    strings = ["", "[", "]]", '"', "\\", '\\"[', "{", "é["]

    def build(depth):
        if depth == 0:
            return rng.choice(strings)
        inner = build(depth - 1)
        beside = [rng.choice(strings) for _ in range(rng.randint(0, 2))]
        items = [*beside, inner, *beside]
        if rng.random() < 0.5:
            return items
        return {f"{rng.choice(strings)}{i}": item for i, item in enumerate(items)}

    for _ in range(30):
        depth = rng.randint(1, 12)
        raw = json.dumps(build(depth), ensure_ascii=rng.random() < 0.5).encode()
        check_depth(raw, depth)
        with pytest.raises(Invalid):
            check_depth(raw, depth - 1)


def test_an_object_is_taken_apart_and_put_together():
    text = canonical('{"b":[1],"é":{"x":"\\u0000"},"a":1e22}'.encode())
    members = split_object(text)
    assert members == {"b": "[1]", "é": '{"x":"\\u0000"}', "a": "1e+22"}
    assert join_object(members) == text


@pytest.mark.parametrize("text", ["", 'a"\\\n\x7fé😀', "</script>"])
def test_strings_are_quoted_as_json_does(text):
    assert quote(text) == json.dumps(text)
