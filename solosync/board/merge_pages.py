"""The pages of a merge: which are gone, kept, new or moved."""

from collections.abc import Iterator

from solosync.board.canonical import join_object
from solosync.board.entries import PageEntry
from solosync.board.matching import match_pages, outside_order
from solosync.board.merge_elements import ElementMerge
from solosync.board.merge_sides import Sides
from solosync.board.states import Page


class PageMerge:
    """Hands the lists of each page on to ``elements``, which are merged when all are known."""

    def __init__(self, sides: Sides, elements: ElementMerge) -> None:
        self.sides = sides
        self.elements = elements

    def run(self) -> None:
        base, save = self.sides.base.pages or [], self.sides.save.pages or []
        if self.sides.save.pages is not None and self.sides.base.pages is None:
            self.sides.layout.declare_pages(True)
        elif (
            self.sides.save.pages is None
            and self.sides.base.pages is not None
            and self.sides.may_delete
        ):
            self.sides.layout.declare_pages(False)
        now = self.sides.layout.ordered_pages()
        known = [now[i] if i is not None else None for i in match_pages(now, base)]
        matches = match_pages(base, save)
        kept = {index for index in matches if index is not None}
        for index, page in enumerate(base):
            if index not in kept:
                self._page_gone(page, known[index])
        strangers = [page for page in now if page not in known]
        placed: list[PageEntry | Page | None] = []  # a Page: to be added; None: stays deleted
        for page, match in zip(save, matches, strict=True):
            before = base[match] if match is not None else None
            if match is not None:
                entry = known[match]
            else:
                entry, before = self._twin(page, strangers)
            placed.append(entry if entry is not None or before is not None else page)
            if before is not None:
                self._page_kept(before, page, entry)
            elif entry is not None:
                self.elements.note_lists(entry.key, page.id, {}, page.lists)
        self._place_pages(save, placed, matches)

    def _twin(self, page: Page, strangers: list[PageEntry]) -> tuple[PageEntry | None, Page | None]:
        """The page that was added meanwhile and is this one, and what it was before this save:
        the device's own, or another's with the same id and fields."""
        held = next(self.sides.held_pages(page.id), None)
        if page.id is not None:
            for entry in strangers:
                if entry.id == page.id and (held is not None or entry.fields == page.fields):
                    strangers.remove(entry)
                    return entry, held and Page(held.fields, {}, held.value)
        return None, None

    def _page_gone(self, page: Page, entry: PageEntry | None) -> None:
        if not self.sides.may_delete:
            return
        self.elements.note_lists(entry.key if entry else None, page.id, page.lists, {})
        if entry is None:
            return
        if self.sides.mark_deleted or entry.fields != page.fields or entry.value != page.value:
            value = entry.value if entry.value is not None else join_object(entry.fields)
            self.sides.set_aside(page.id, None, None, value)
        self.sides.layout.remove_page(entry.key)
        self.sides.outcome.removed += 1

    def _page_kept(self, before: Page, page: Page, entry: PageEntry | None) -> None:
        if entry is not None:
            if before.value != page.value:
                if entry.value != before.value:
                    value = entry.value if entry.value is not None else join_object(entry.fields)
                    self.sides.set_aside(page.id, None, None, value)
                self.sides.layout.replace_page(entry, page)
                self.sides.outcome.changed += 1
            else:
                changes = self.sides.three_way(
                    before.fields, page.fields, entry.fields, page.id, None, None
                )
                if changes:
                    self.sides.layout.change_page(entry, changes)
                    self.sides.outcome.changed += 1
        elif before.fields != page.fields or before.value != page.value:
            value = page.value if page.value is not None else join_object(page.fields)
            self.sides.set_aside(page.id, None, None, value)
        self.elements.note_lists(entry.key if entry else None, page.id, before.lists, page.lists)

    def _place_pages(
        self,
        save: list[Page],
        placed: list[PageEntry | Page | None],
        matches: list[int | None],
    ) -> None:
        """New pages, and those that the save moved, go right after the page before them."""
        kept = [i for i, match in enumerate(matches) if match is not None]
        moved: set[int] = set()
        if self.sides.may_delete:
            order = [match for match in matches if match is not None]
            moved = {kept[position] for position in outside_order(order)}
        before: PageEntry | None = None
        orders: Iterator[str] = iter(())
        # What another device deleted stays so: deletion wins.
        shown = [index for index, entry in enumerate(placed) if entry is not None]
        goes_there = [isinstance(placed[index], Page) or index in moved for index in shown]
        for at, index in enumerate(shown):
            page, entry = save[index], placed[index]
            if goes_there[at] and not (at and goes_there[at - 1]):
                orders = iter(self._orders_after_page(before, _run_length(goes_there, at)))
            if isinstance(entry, PageEntry):
                if goes_there[at]:
                    self.sides.layout.place_page(entry, next(orders))
                    self.sides.outcome.moved += 1
            else:
                entry = self.sides.layout.add_page(next(orders), page)
                self.sides.outcome.added += 1
                self.elements.note_lists(entry.key, page.id, {}, page.lists, declared=True)
            before = entry

    def _orders_after_page(self, before: PageEntry | None, count: int) -> list[str]:
        pages = self.sides.layout.ordered_pages()
        position = pages.index(before) if before is not None else -1
        return self.sides.layout.orders_after(pages, position, count)


def _run_length(flags: list[bool], start: int) -> int:
    """How many are set from there on, without a gap."""
    return next((i for i in range(start, len(flags)) if not flags[i]), len(flags)) - start
