import re
from pathlib import Path

import msgspec
import pytest

from solosync.errors import Invalid
from solosync.records.pictures import (
    FORMATS,
    PictureOptions,
    page_indexes,
    parse_format,
    parse_options,
)


@pytest.mark.parametrize(
    ("format", "pages"), [("png", "active"), ("pdf", "all"), ("svg", "active"), ("json", "all")]
)
def test_each_format_has_its_own_default_pages(format, pages):
    assert parse_options({}, format) == PictureOptions(pages=pages)
    assert parse_options({"pages": None, "scale": None}, format).pages == pages
    assert parse_options({"pages": "2"}, format).pages == "2"


def test_every_option_can_be_given_as_json():
    given = {
        "pages": "1-3,5",
        "scale": 2,
        "width": 1920,
        "background": "transparent",
        "margin": 0,
        "paper": "a4",
        "orientation": "landscape",
        "page_numbers": True,
        "multiple": "stack",
    }
    options = parse_options(given, "pdf")
    assert msgspec.to_builtins(options) == given
    assert parse_options(msgspec.to_builtins(options), "pdf") == options


def test_every_option_can_be_given_as_text():
    given = {"scale": "2x", "width": "1920", "margin": " 7.5 ", "page_numbers": "true"}
    assert parse_options(given, "png") == PictureOptions(
        pages="active", scale=2.0, width=1920, margin=7.5, page_numbers=True
    )


def test_a_page_number_is_a_range_of_one():
    assert parse_options({"pages": 3}, "png").pages == "3"
    assert parse_options({"pages": " 1 - 3, 5"}, "png").pages == "1-3,5"


def test_names_that_are_no_options_are_left_out():
    assert parse_options({"quality": "high", "format": 7}, "pdf") == PictureOptions()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pages", ""),
        ("pages", "some"),
        ("pages", "0"),
        ("pages", "3-1"),
        ("pages", "-3"),
        ("pages", "1,,2"),
        ("pages", "1" * 1001),
        ("pages", [1]),
        ("pages", True),
        ("pages", -1),
        ("scale", 0.05),
        ("scale", 8.01),
        ("scale", "big"),
        ("scale", float("nan")),
        ("scale", 10**400),
        ("scale", True),
        ("width", 15),
        ("width", 16385),
        ("width", 100.5),
        ("width", {}),
        ("background", "red"),
        ("background", 1),
        ("margin", -1),
        ("margin", "1e999"),
        ("paper", "a5"),
        ("orientation", "upright"),
        ("page_numbers", "maybe"),
        ("page_numbers", 1),
        ("page_numbers", []),
        ("multiple", "tar"),
    ],
)
def test_wrong_value_is_refused_by_the_name_of_its_option(name, value):
    with pytest.raises(Invalid) as refused:
        parse_options({"scale": 2, "margin": 10, name: value}, "png")
    fields = refused.value.details["fields"]
    assert isinstance(fields, dict)
    assert list(fields) == [name]
    assert refused.value.message.startswith(f"`{name}` must be ")


def test_formats_are_known_by_name():
    assert [parse_format(name) for name in FORMATS] == list(FORMATS)
    for wrong in ("gif", "", "PNG ", None, 1, ["png"]):
        with pytest.raises(Invalid, match="png, pdf, svg, json"):
            parse_format(wrong)


@pytest.mark.parametrize(
    ("pages", "indexes"),
    [
        ("all", [0, 1, 2, 3, 4]),
        ("active", [3]),
        ("2", [1]),
        ("1-3,5", [0, 1, 2, 4]),
        ("5,1-2,2", [0, 1, 4]),
        ("4-", [3, 4]),
        ("4-999999999", [3, 4]),
        ("6", []),
        ("7-9,2", [1]),
        ("999999999-", []),
    ],
)
def test_pages_are_chosen_in_the_order_of_the_board(pages, indexes):
    assert page_indexes(pages, 5, 3) == indexes


def test_documentation_has_every_option_with_what_it_takes():
    text = (Path(__file__).parents[2] / "docs" / "pictures.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.*?) \|", text, re.M))
    assert list(rows) == list(PictureOptions.__struct_fields__)
    for name, told in rows.items():
        with pytest.raises(Invalid) as refused:
            parse_options({name: [name]}, "png")
        assert refused.value.details["fields"] == {name: f"must be {told}"}
