"""Sheets as a PDF: vectors and text that can be selected, page after page into the file."""

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, NamedTuple

from solosync import __version__, clock
from solosync.render import erase
from solosync.render.geometry import Matrix
from solosync.render.pdf_content import TRANSPARENCY, Content, Shared
from solosync.render.pdf_document import Document, array, dictionary, number, string
from solosync.render.scene import Group, Sheet, Text

POINTS_A_PIXEL = 0.75
STEP = 0.1  # how finely coordinates are written, in px
MAX_POINTS = 14_400  # the largest page that Acrobat takes; a unit is more than a point beyond it
NUMBER_SIZE, NUMBER_MARGIN = 11.0, 8.0  # of page numbers, in px
NUMBER_COLOR = (107, 114, 128)


class _Page(NamedTuple):
    name: str
    reference: Any


def write(
    file: BinaryIO,
    sheets: Iterable[Sheet],
    *,
    title: str,
    outline: bool = True,
    page_numbers: bool = False,
    on_page: Callable[[int], None] | None = None,
) -> list[str]:
    """Returns what couldn't be shown as it is, in sentences. Sheets are taken and written one by
    one; ``on_page`` gets how many there are so far."""
    document = Document(file)
    shared = Shared(document)
    tree = document.reserve()
    warnings: dict[str, None] = {}
    pages: list[_Page] = []
    for sheet in sheets:
        ops, told = erase.resolve(sheet.ops)
        warnings.update(dict.fromkeys(told))
        content = Content(shared)
        content.begin(Matrix(*_page_matrix(sheet)))
        content.paint(sheet.backdrop, STEP)
        # In a group, so that what blends there doesn't blend with the backdrop.
        content.paint([Group(ops)], STEP)
        if page_numbers:
            content.paint([_page_number(sheet, len(pages) + 1)], STEP)
        content.end()
        pages.append(_Page(sheet.name, _add_page(document, tree, sheet, content)))
        if on_page:
            on_page(len(pages))
    shared.fonts.write()
    kids = array([page.reference for page in pages])
    document.add(dictionary({"Type": "/Pages", "Kids": kids, "Count": len(pages)}), tree)
    catalog = _catalog(document, tree, pages if outline else [])
    document.finish(document.add(dictionary(catalog)), document.add(_info(title)))
    return list(warnings)


def _catalog(document: Document, tree: Any, outlined: list[_Page]) -> dict[str, Any]:
    catalog: dict[str, Any] = {
        "Type": "/Catalog",
        "Pages": tree,
        "ViewerPreferences": dictionary({"DisplayDocTitle": "true"}),
    }
    if outlined:
        catalog["Outlines"] = _add_outline(document, outlined)
        catalog["PageMode"] = "/UseOutlines" if len(outlined) > 1 else "/UseNone"
    return catalog


def _page_matrix(sheet: Sheet) -> tuple[float, ...]:
    """From steps, y downwards, to the page's units, y upwards from its bottom."""
    scale = POINTS_A_PIXEL / _user_unit(sheet)
    return STEP * scale, 0, 0, -STEP * scale, 0, sheet.height * scale


def _user_unit(sheet: Sheet) -> float:
    return max(1.0, max(sheet.width, sheet.height) * POINTS_A_PIXEL / MAX_POINTS)


def _add_page(document: Document, tree: Any, sheet: Sheet, content: Content) -> Any:
    unit = _user_unit(sheet)
    sides = (number(side * POINTS_A_PIXEL / unit) for side in (sheet.width, sheet.height))
    entries = {
        "Type": "/Page",
        "Parent": tree,
        "MediaBox": array([0, 0, *sides]),
        "Resources": content.resources,
        "Contents": document.add_stream({}, content.data),
    }
    if unit > 1:
        entries["UserUnit"] = number(unit)
    if content.is_translucent:
        entries["Group"] = TRANSPARENCY
    return document.add(dictionary(entries))


def _page_number(sheet: Sheet, page: int) -> Text:
    from solosync.render.text import shape, text_op

    line = shape(str(page), "sans", NUMBER_SIZE)
    x, y = (sheet.width - line.width) / 2, sheet.height - NUMBER_MARGIN
    return text_op(line, x, y, NUMBER_SIZE, NUMBER_COLOR, 1.0)


def _add_outline(document: Document, pages: list[_Page]) -> Any:
    root = document.reserve()
    entries = [document.reserve() for _ in pages]
    for i, (page, reference) in enumerate(zip(pages, entries, strict=True)):
        entry: dict[str, Any] = {
            "Title": string(page.name or f"{i + 1}"),
            "Parent": root,
            "Dest": array([page.reference, "/Fit"]),
        }
        if i > 0:
            entry["Prev"] = entries[i - 1]
        if i + 1 < len(entries):
            entry["Next"] = entries[i + 1]
        document.add(dictionary(entry), reference)
    ends = {"First": entries[0], "Last": entries[-1], "Count": len(entries)}
    document.add(dictionary({"Type": "/Outlines", **ends}), root)
    return root


def _info(title: str) -> Any:
    digits = "".join(filter(str.isdigit, clock.iso(clock.now_ms())))
    return dictionary(
        {
            "Title": string(title),
            "Creator": string("solosync"),
            "Producer": string(f"solosync {__version__}"),
            "CreationDate": f"(D:{digits[:14]}Z)",
        }
    )
