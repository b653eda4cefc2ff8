import pytest

from solosync.errors import Invalid
from solosync.records.pictures import parse_options
from solosync.render import sheets
from solosync.render.geometry import Box, Path
from solosync.render.scene import Backdrop, Fill, Page, Scene, Stroke, bounds
from solosync.render.shapes import rectangle

RED = (255, 0, 0)
PLAIN = Backdrop()


def page(*boxes, name="One", backdrop=PLAIN):
    return Page(name, tuple(Fill(rectangle(Box(*box)), RED) for box in boxes), backdrop)


def laid(scene, format="png", **given):
    """The sheets and the warnings."""
    warnings: list[str] = []
    if isinstance(scene, Page):
        scene = Scene("", (scene,))
    return sheets.lay_out(scene, parse_options(given, format), format, warnings), warnings


def one(scene, format="png", **given):
    (sheet,), warnings = laid(scene, format, **given)
    assert warnings == []
    return sheet


def test_sheet_is_the_content_with_its_margin():
    sheet = one(page((-100, 50, 100, 150), (300, 60, 400, 70)))
    assert (sheet.width, sheet.height) == (540, 140)
    assert bounds(sheet.ops) == Box(20, 20, 520, 120)
    assert bounds(sheet.backdrop) == Box(0, 0, 540, 140)


def test_width_of_lines_is_content():
    ops = (Stroke(Path.polyline([(0, 0), (100, 0)]), RED, 10, cap="butt"),)
    sheet = one(Page("One", ops), margin=0)
    assert (sheet.width, sheet.height) == (110, 10)


def test_margin_of_nothing_cuts_at_the_content():
    sheet = one(page((10.25, 10.5, 99.75, 50)), margin=0)
    assert (sheet.width, sheet.height) == (90, 40)
    assert bounds(sheet.ops) == Box(0.25, 0.5, 89.75, 40)


@pytest.mark.parametrize("format", ["png", "svg", "pdf"])
def test_scale_makes_the_sheet_larger(format):
    sheet = one(page((0, 0, 100, 50)), format, scale=2, margin=10)
    assert (sheet.width, sheet.height) == (240, 140)
    assert bounds(sheet.ops) == Box(20, 20, 220, 120)


def test_width_is_kept_to_the_pixel():
    sheet = one(page((0, 0, 333.3, 77.7)), width=1000)
    assert sheet.width == 1000
    assert sheet.height == pytest.approx(1000 * 118 / 374, abs=1)
    assert bounds(sheet.backdrop).right == pytest.approx(1000)


def test_pictures_of_pixels_have_whole_ones_and_no_bare_edge():
    sheet = one(page((0, 0, 101, 53)), scale=1.37)
    assert (sheet.width, sheet.height) == (194, 128)
    assert bounds(sheet.backdrop) == pytest.approx(Box(0, 0, 194, 128))


@pytest.mark.parametrize("format", ["png", "svg", "pdf"])
@pytest.mark.parametrize("margin", [0, 20, 500])
def test_empty_page_has_a_usual_size(format, margin):
    sheet = one(page(), format, margin=margin)
    assert (sheet.width, sheet.height) == (800, 600)
    assert sheet.ops == ()
    assert one(page(), format, scale=2).width == 1600


@pytest.mark.parametrize(
    ("background", "color"), [("board", (1, 2, 3)), ("white", (255, 255, 255)), ("transparent", 0)]
)
def test_ground_is_the_one_asked_for(background, color):
    sheet = one(page((0, 0, 9, 9), backdrop=Backdrop((1, 2, 3), "grid")), background=background)
    ground = sheet.backdrop[0].parts if sheet.backdrop else ()
    assert [op.color for op in ground[:1]] == ([color] if color else [])
    assert len(ground) == {"board": 2, "white": 1, "transparent": 0}[background]


def board(active=2):
    pages = tuple(page((0, 0, 10 * (n + 1), 10), name=f"P{n + 1}") for n in range(5))
    return Scene("Board", pages, active)


@pytest.mark.parametrize(
    ("format", "given", "names"),
    [
        ("png", {}, ["P3"]),
        ("svg", {}, ["P3"]),
        ("pdf", {}, ["P1", "P2", "P3", "P4", "P5"]),
        ("png", {"pages": "all"}, ["P1", "P2", "P3", "P4", "P5"]),
        ("pdf", {"pages": "active"}, ["P3"]),
        ("pdf", {"pages": "5,1-2"}, ["P1", "P2", "P5"]),
        ("svg", {"pages": "4-"}, ["P4", "P5"]),
    ],
)
def test_pages_asked_for_are_laid_out(format, given, names):
    found, warnings = laid(board(), format, **given)
    assert [sheet.name for sheet in found] == names
    assert warnings == []


def test_page_that_is_not_there_is_told():
    found, warnings = laid(board(), pages="5-7")
    assert [sheet.name for sheet in found] == ["P5"]
    assert warnings == ["There is no page 7: the board has 5 pages."]
    with pytest.raises(Invalid, match="there is no page 6; the board has 5 pages") as refused:
        laid(board(), pages="6")
    told = "there is no page 6; the board has 5 pages"
    assert refused.value.details["fields"] == {"pages": told}


def test_paper_takes_small_content_as_it_is_in_the_middle():
    sheet = one(page((1000, 1000, 1100, 1200)), "pdf", paper="a4")
    assert (sheet.width, sheet.height) == pytest.approx((793.7, 1122.52), abs=0.01)
    box = bounds(sheet.ops)
    assert (box.width, box.height) == pytest.approx((100, 200))
    assert (box.left + box.right) / 2 == pytest.approx(sheet.width / 2)
    assert (box.top + box.bottom) / 2 == pytest.approx(sheet.height / 2)
    assert bounds(sheet.backdrop) == pytest.approx(Box(0, 0, sheet.width, sheet.height))


@pytest.mark.parametrize("size", [(5000, 100), (100, 5000), (9000, 9000)])
def test_large_content_is_made_smaller_until_it_fits_inside_the_margins(size):
    sheet = one(page((0, 0, *size)), "pdf", paper="letter", margin=48)
    box = bounds(sheet.ops)
    assert sorted((sheet.width, sheet.height)) == [816, 1056]
    assert box.left > 47.99
    assert box.top > 47.99
    assert box.right < sheet.width - 47.99
    assert box.bottom < sheet.height - 47.99
    assert box.left == pytest.approx(48) or box.top == pytest.approx(48)
    assert box.width / box.height == pytest.approx(size[0] / size[1])


def test_scale_counts_on_paper_until_nothing_more_fits():
    small = one(page((0, 0, 100, 50)), "pdf", paper="a4", scale=2)
    assert bounds(small.ops).width == pytest.approx(200)
    large = one(page((0, 0, 1000, 50)), "pdf", paper="a4", scale=2)
    assert bounds(large.ops).width == pytest.approx(large.width - 40)


@pytest.mark.parametrize(
    ("orientation", "size", "is_wide"),
    [
        ("auto", (200, 100), True),
        ("auto", (100, 200), False),
        ("portrait", (200, 100), False),
        ("landscape", (100, 200), True),
    ],
)
def test_paper_lies_as_its_content_does_or_as_asked(orientation, size, is_wide):
    sheet = one(page((0, 0, *size)), "pdf", paper="a4", orientation=orientation)
    assert (sheet.width > sheet.height) == is_wide


def test_scale_of_a_png_on_paper_is_its_resolution():
    sheet = one(page((0, 0, 100, 50)), paper="letter", orientation="portrait", scale=2)
    assert (sheet.width, sheet.height) == (1632, 2112)
    assert bounds(sheet.ops).width == pytest.approx(200)
    sheet = one(page((0, 0, 100, 50)), paper="letter", orientation="portrait", width=408)
    assert (sheet.width, sheet.height) == (408, 528)
    assert bounds(sheet.ops).width == pytest.approx(50)


def test_margins_wider_than_the_paper_leave_room_for_the_content():
    sheet = one(page((0, 0, 100, 50)), "pdf", paper="a4", margin=1000)
    assert bounds(sheet.ops).width == pytest.approx(100)


@pytest.mark.parametrize(
    ("size", "given"),
    [
        ((1e7, 1e7), {}),
        ((2e7, 3), {}),
        ((3, 2e7), {"margin": 0}),
        ((15_000, 15_000), {}),
        ((100, 16_000), {"scale": 8}),
        ((100, 16_000), {"width": 16384}),
        ((30_000, 30_000), {"paper": "a4", "width": 16384}),
    ],
)
def test_endless_png_is_made_smaller_and_that_is_told(size, given):
    (sheet,), warnings = laid(page((0, 0, *size), name="Wide"), **given)
    assert 1 <= sheet.width <= sheets.LARGEST["png"]
    assert 1 <= sheet.height <= sheets.LARGEST["png"]
    assert sheet.width * sheet.height <= sheets.MOST_PIXELS * 1.001
    assert max(sheet.width, sheet.height) > 9_000
    (warning,) = warnings
    assert "'Wide'" in warning


def test_endless_pdf_is_as_large_as_readers_take():
    (sheet,), warnings = laid(page((0, 0, 1e6, 500)), "pdf")
    assert sheet.width * 0.75 == pytest.approx(14_400)
    assert len(warnings) == 1


def test_endless_svg_stays_as_it_is():
    assert one(page((0, 0, 1e6, 500)), "svg").width == 1_000_040


def stacked(scene, **given):
    warnings: list[str] = []
    options = parse_options({"pages": "all", **given}, "png")
    return sheets.lay_out_stacked(scene, options, warnings), warnings


def test_stacked_sheets_are_as_wide_as_the_widest_page():
    found, warnings = stacked(board(), scale=2, margin=5)
    assert [sheet.width for sheet in found] == [120] * 5
    assert [sheet.height for sheet in found] == [40] * 5
    assert [bounds(sheet.ops).width for sheet in found] == [20, 40, 60, 80, 100]
    assert all(bounds(sheet.backdrop) == Box(0, 0, 120, 40) for sheet in found)
    assert warnings == []


def test_stacked_sheets_have_the_width_asked_for():
    assert {sheet.width for sheet in stacked(board(), width=500)[0]} == {500}


def test_stacked_sheets_are_together_no_larger_than_one_may_be():
    pages = tuple(page((0, 0, 3000, 4000), name=str(n)) for n in range(10))
    found, warnings = stacked(Scene("", pages))
    height = sum(sheet.height for sheet in found)
    assert height <= sheets.LARGEST["png"] + len(found)
    assert len({sheet.width for sheet in found}) == 1
    assert found[0].height / found[0].width == pytest.approx(4040 / 3040, abs=0.01)
    (warning,) = warnings
    assert warning.startswith("The pages together")
