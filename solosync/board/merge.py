"""The three-way merge of a whole-state save into the document (docs/sync-spec.md, SAVE).

What the save changed against its base is applied, what it left alone stays as others made it,
what is gone against the base is deleted. Where both changed one value the save wins, and the
value that lost is set aside.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from solosync.board.canonical import join_object, quote
from solosync.board.layout import ROOT, Entry, Layout, PageEntry, free_key
from solosync.board.matching import match_items, match_pages, outside_order
from solosync.board.states import Item, Page, State

# Keys that are only somebody's view of the board: the last save wins, and nothing is set aside.
VIEW_KEYS = frozenset(
    {"zoom", "pan", "fullscreen", "activePageId", "currentPageIndex", "updatedAt"}
)


@dataclass(slots=True)
class Outcome:
    """What a merge did. ``set_aside`` holds canonical JSON objects
    ``{page, list, id, field?, value}``: values that lost, and what was deleted unstated."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    moved: int = 0
    set_aside: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """For a person: "3 added, 1 removed"; empty when no element or page was touched."""
        counts = (
            (self.added, "added"),
            (self.changed, "changed"),
            (self.removed, "removed"),
            (self.moved, "moved"),
        )
        return ", ".join(f"{count} {verb}" for count, verb in counts if count)


def merge(
    layout: Layout,
    base: State | None,
    save: State,
    *,
    may_delete: bool,
    stated: bool,
    held: Sequence[State] = (),
) -> Outcome:
    """Merges ``save`` into the document; call inside ``Document.change()``.

    ``base`` is what the client held before; None is a union: nothing is deleted, and every value
    the save overwrites is set aside. ``may_delete`` False applies additions and changes only (a
    base older than what the client really held). ``stated`` False marks each deletion, since the
    client didn't say what it knew. ``held`` is what the same device is known to have held, the last
    first: what it has from there isn't another device's, though the base lacks it (a save whose
    answer was lost, and which is made again; another tab's state that was taken for the base).
    """
    run = _Merge(layout, base, save, may_delete and base is not None, stated, held)
    run.values()
    run.pages()
    run.elements()
    return run.outcome


@dataclass(slots=True, eq=False)
class _Place:
    """One list of elements: in the base, in the save, and where it stands in the document."""

    page: str
    page_id: str | None
    list_name: str
    base: list[Item]
    save: list[Item]
    matches: list[int | None] = field(default_factory=list)  # save index -> base index
    entries: list[Entry | None] = field(default_factory=list)  # base index -> entry
    strangers: dict[str, list[Entry]] = field(default_factory=dict)  # entries not in the base
    # save index -> the entry that comes from another list, and what it was in the base
    arrivals: dict[int, tuple[Entry, Item]] = field(default_factory=dict)


_End = tuple[_Place, int]  # one end of a move: an index in a list of the base, or of the save


class _Merge:
    def __init__(
        self,
        layout: Layout,
        base: State | None,
        save: State,
        may_delete: bool,
        stated: bool,
        held: Sequence[State],
    ) -> None:
        self.layout = layout
        self.blind = base is None
        self.base = layout.state() if base is None else base
        self.save = save
        self.may_delete = may_delete
        self.mark_deleted = not stated
        self.held = held
        self.outcome = Outcome()
        self.places: list[_Place] = []
        self.base_ids: dict[str, Counter[str | None]] = {}

    # -- values ------------------------------------------------------------------------------

    def values(self) -> None:
        changes = self._three_way(
            self.base.rest, self.save.rest, self.layout.rest, None, None, None, VIEW_KEYS
        )
        for key, text in changes.items():
            self.layout.set_rest(key, text)
        self._keyed()
        self._lists(ROOT, None, self.base.lists, self.save.lists)

    def _keyed(self) -> None:
        base, save, now = self.base.keyed, self.save.keyed, self.layout.keyed
        if save is None and (base is None or not self.may_delete):
            return
        name = self.layout.shape.keyed
        changes = self._three_way(base or {}, save or {}, now or {}, None, name, None)
        if save is None:
            if now is not None:
                self.layout.set_keyed(changes)
                if not self.layout.keyed:
                    self.layout.drop_keyed()
        elif changes or base is None:
            self.layout.set_keyed(changes)

    def _three_way(
        self,
        base: dict[str, str],
        save: dict[str, str],
        now: dict[str, str],
        page: str | None,
        list_: str | None,
        id_: str | None,
        quiet: frozenset[str] = frozenset(),
    ) -> dict[str, str | None]:
        """The changes to make to ``now``: what differs between base and save and isn't so yet."""
        changes: dict[str, str | None] = {}
        for name in [*save, *(key for key in base if key not in save)]:
            before, wanted, current = base.get(name), save.get(name), now.get(name)
            if wanted in (before, current):
                continue
            if wanted is None and not self.may_delete:
                continue
            lost = current is not None and (self.blind or current != before)
            if wanted is None and self.mark_deleted and current is not None and id_ is None:
                lost = True
            if lost and name not in quiet:
                self._set_aside(page, list_, id_, current, name)
            changes[name] = wanted
        return changes

    def _set_aside(
        self,
        page: str | None,
        list_: str | None,
        id_: str | None,
        value: str | None,
        name: str | None = None,
    ) -> None:
        fields = {
            "page": quote(page) if page is not None else "null",
            "list": quote(list_) if list_ is not None else "null",
            "id": quote(id_) if id_ is not None else "null",
            "value": value if value is not None else "null",
        }
        if name is not None:
            fields["field"] = quote(name)
        self.outcome.set_aside.append(join_object(fields))

    # -- pages -------------------------------------------------------------------------------

    def pages(self) -> None:
        base, save = self.base.pages or [], self.save.pages or []
        if self.save.pages is not None and self.base.pages is None:
            self.layout.declare_pages(True)
        elif self.save.pages is None and self.base.pages is not None and self.may_delete:
            self.layout.declare_pages(False)
        now = self.layout.ordered_pages()
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
                self._lists(entry.key, page.id, {}, page.lists)
        self._place_pages(save, placed, matches)

    def _twin(self, page: Page, strangers: list[PageEntry]) -> tuple[PageEntry | None, Page | None]:
        """The page that was added meanwhile and is this one, and what it was before this save:
        the device's own, or another's with the same id and fields."""
        held = next(self._held_pages(page.id), None)
        if page.id is not None:
            for entry in strangers:
                if entry.id == page.id and (held is not None or entry.fields == page.fields):
                    strangers.remove(entry)
                    return entry, held and Page(held.fields, {}, held.value)
        return None, None

    def _page_gone(self, page: Page, entry: PageEntry | None) -> None:
        if not self.may_delete:
            return
        self._lists(entry.key if entry else None, page.id, page.lists, {})
        if entry is None:
            return
        if self.mark_deleted or entry.fields != page.fields or entry.value != page.value:
            value = entry.value if entry.value is not None else join_object(entry.fields)
            self._set_aside(page.id, None, None, value)
        self.layout.remove_page(entry.key)
        self.outcome.removed += 1

    def _page_kept(self, before: Page, page: Page, entry: PageEntry | None) -> None:
        if entry is not None:
            if before.value != page.value:
                if entry.value != before.value:
                    value = entry.value if entry.value is not None else join_object(entry.fields)
                    self._set_aside(page.id, None, None, value)
                self.layout.replace_page(entry, page)
                self.outcome.changed += 1
            else:
                changes = self._three_way(
                    before.fields, page.fields, entry.fields, page.id, None, None
                )
                if changes:
                    self.layout.change_page(entry, changes)
                    self.outcome.changed += 1
        elif before.fields != page.fields or before.value != page.value:
            value = page.value if page.value is not None else join_object(page.fields)
            self._set_aside(page.id, None, None, value)
        self._lists(entry.key if entry else None, page.id, before.lists, page.lists)

    def _place_pages(
        self,
        save: list[Page],
        placed: list[PageEntry | Page | None],
        matches: list[int | None],
    ) -> None:
        """New pages, and those that the save moved, go right after the page before them."""
        kept = [i for i, match in enumerate(matches) if match is not None]
        moved: set[int] = set()
        if self.may_delete:
            order = [match for match in matches if match is not None]
            moved = {kept[position] for position in outside_order(order)}
        before: PageEntry | None = None
        for index, page in enumerate(save):
            entry = placed[index]
            if entry is None:
                continue  # deleted by another device, and deletion wins
            if isinstance(entry, PageEntry):
                if index in moved:
                    self.layout.place_page(entry, self._order_after_page(before))
                    self.outcome.moved += 1
            else:
                entry = self.layout.add_page(self._order_after_page(before), page)
                self.outcome.added += 1
                self._lists(entry.key, page.id, {}, page.lists, declared=True)
            before = entry

    def _order_after_page(self, before: PageEntry | None) -> str:
        pages = self.layout.ordered_pages()
        position = pages.index(before) if before is not None else -1
        return self.layout.orders_after(pages, position, 1)[0]

    # -- elements ----------------------------------------------------------------------------

    def _lists(
        self,
        page: str | None,
        page_id: str | None,
        base: dict[str, list[Item]],
        save: dict[str, list[Item]],
        *,
        declared: bool = False,
    ) -> None:
        """Notes the lists of one page (None: another device deleted it), and which it has."""
        for name in dict.fromkeys([*base, *save]):
            before, wanted = base.get(name, []), save.get(name, [])
            present = page == ROOT or page in self.layout.pages
            if page is not None and present and not declared:
                if name in save and name not in base:
                    self.layout.declare_list(page, name, True)
                elif name in base and name not in save and self.may_delete:
                    self.layout.declare_list(page, name, False)
            if before or wanted:
                key = page if page is not None else free_key(page_id, self.layout.pages)
                self.places.append(_Place(key, page_id, name, before, wanted))

    def elements(self) -> None:
        for place in self.places:
            place.matches = match_items(place.base, place.save)
        touched = [place for place in self.places if self._differs(place)]
        moves = self._moves(touched)
        for place in touched:
            self._find_entries(place)
        for (source, base_index), (target, save_index) in moves.items():
            entry = source.entries[base_index]
            if entry is None:
                self._lost_edit(target, source.base[base_index], target.save[save_index])
            else:
                target.arrivals[save_index] = (entry, source.base[base_index])
        for place in touched:
            self._change(place)
        for place in touched:
            self._remove(place, {index for source, index in moves if source is place})
        for place in touched:
            self._place(place, {index for target, index in moves.values() if target is place})

    def _differs(self, place: _Place) -> bool:
        base = place.base
        return len(base) != len(place.save) or any(
            match != index or (base[index] is not item and base[index].text != item.text)
            for index, (match, item) in enumerate(zip(place.matches, place.save, strict=True))
        )

    def _moves(self, places: list[_Place]) -> dict[_End, _End]:
        """Elements whose id is gone from one list and new in another, once each."""
        gone: dict[tuple[str, str], list[_End]] = {}
        came: dict[tuple[str, str], list[_End]] = {}
        for place in places:
            kept = {match for match in place.matches if match is not None}
            for index, item in enumerate(place.base):
                if index not in kept and item.id is not None:
                    gone.setdefault((place.list_name, item.id), []).append((place, index))
            for index, (match, item) in enumerate(zip(place.matches, place.save, strict=True)):
                if match is None and item.id is not None:
                    came.setdefault((place.list_name, item.id), []).append((place, index))
        return {
            ends[0]: came[name][0]
            for name, ends in gone.items()
            if len(ends) == 1 and len(came.get(name, ())) == 1
        }

    def _find_entries(self, place: _Place) -> None:
        group = self.layout.group(place.page, place.list_name)
        found = match_items([entry.item for entry in group], place.base)
        place.entries = [group[index] if index is not None else None for index in found]
        known = set(found)
        for index, entry in enumerate(group):
            if index not in known:
                item = entry.item
                name = item.id if item.id is not None else item.text
                place.strangers.setdefault(name, []).append(entry)
        if None in place.entries:
            self._find_moved(place)

    def _find_moved(self, place: _Place) -> None:
        """Elements of the base that another device moved: by an id that occurs once, in the base
        and now. (A copied page has the ids of the first: one's element isn't the other's.)"""
        in_base = self._base_ids(place.list_name)
        missing = {
            item.id: index
            for index, (item, entry) in enumerate(zip(place.base, place.entries, strict=True))
            if entry is None and item.id is not None and in_base[item.id] == 1
        }
        if not missing:
            return
        counts: Counter[str] = Counter()
        where: dict[str, Entry] = {}
        for entry in self.layout.entries.values():
            id_ = entry.item.id
            if id_ in missing and entry.list_name == place.list_name:
                counts[id_] += 1
                where[id_] = entry
        for id_, index in missing.items():
            if counts[id_] == 1 and (where[id_].page, where[id_].list_name) != (
                place.page,
                place.list_name,
            ):
                place.entries[index] = where[id_]

    def _base_ids(self, list_: str) -> Counter[str | None]:
        """How often each id occurs in the base's lists of one name."""
        if list_ not in self.base_ids:
            self.base_ids[list_] = Counter(
                item.id for place in self.places if place.list_name == list_ for item in place.base
            )
        return self.base_ids[list_]

    def _change(self, place: _Place) -> None:
        for match, item in zip(place.matches, place.save, strict=True):
            if match is not None and place.base[match].text != item.text:
                self._change_one(place, place.base[match], item, place.entries[match])
        for index, (entry, before) in place.arrivals.items():
            self._change_one(place, before, place.save[index], entry)

    def _change_one(self, place: _Place, before: Item, item: Item, entry: Entry | None) -> None:
        if before.text == item.text:
            return
        if entry is None:
            self._lost_edit(place, before, item)
            return
        current = self.layout.entries[entry.key]
        if self.layout.shape.by_field and before.is_object and item.is_object:
            if not current.item.is_object:
                self._replace(place, before, item, current)
                return
            changes = self._three_way(
                before.fields,
                item.fields,
                current.item.fields,
                place.page_id,
                place.list_name,
                item.id,
            )
            # An element without an id has none to be set aside under, and isn't matched here.
            if changes:
                self.layout.change(current, changes)
                self.outcome.changed += 1
        else:
            self._replace(place, before, item, current)

    def _replace(self, place: _Place, before: Item, item: Item, current: Entry) -> None:
        if current.item.text == item.text:
            return
        if self.blind or current.item.text != before.text:
            self._set_aside(place.page_id, place.list_name, item.id, current.item.text)
        self.layout.replace(current, item)
        self.outcome.changed += 1

    def _lost_edit(self, place: _Place, before: Item, item: Item) -> None:
        """The save changed what another device deleted: deletion wins, the edit is set aside."""
        if before.text != item.text:
            self._set_aside(place.page_id, place.list_name, item.id, item.text)

    def _remove(self, place: _Place, moved: set[int]) -> None:
        if not self.may_delete:
            return
        kept = {match for match in place.matches if match is not None}
        keys = []
        for index, item in enumerate(place.base):
            known = place.entries[index]
            if index in kept or index in moved or known is None:
                continue
            entry = self.layout.entries[known.key]
            if self.mark_deleted or entry.item.text != item.text:
                self._set_aside(place.page_id, place.list_name, item.id, entry.item.text)
            keys.append(entry.key)
        self.layout.remove(keys)
        self.outcome.removed += len(keys)

    def _place(self, place: _Place, arriving: set[int]) -> None:
        """New elements, and those that the save moved, go right after the one before them."""
        kept = [i for i, match in enumerate(place.matches) if match is not None]
        moved: set[int] = set()
        if self.may_delete:
            order = [match for match in place.matches if match is not None]
            moved = {kept[position] for position in outside_order(order)}
        before: Entry | None = None
        run: list[tuple[Item, Entry | None]] = []
        for index, item in enumerate(place.save):
            match = place.matches[index]
            if match is not None:
                known = place.entries[match]
                here = known and self.layout.entries.get(known.key)
                if here is None or (here.page, here.list_name) != (place.page, place.list_name):
                    continue  # deleted, or moved elsewhere, by another device
                if index in moved:
                    run.append((item, here))
                    continue
                self._flush(place, before, run)
                before = here
            elif index in arriving:
                if index in place.arrivals:
                    run.append((item, place.arrivals[index][0]))
            else:
                twin = self._element_twin(place, item)
                if twin is None:
                    run.append((item, None))
                else:
                    self._flush(place, before, run)
                    before = twin
        self._flush(place, before, run)

    def _element_twin(self, place: _Place, item: Item) -> Entry | None:
        """The element another device added meanwhile that is this one, if there is one.

        Equal ids with different values are two elements where elements merge by field; where an
        element is one value, or the base is too old to tell, they are one, and the save wins.
        """
        candidates = place.strangers.get(item.id if item.id is not None else item.text)
        if not candidates:
            return None
        equal = (i for i, other in enumerate(candidates) if other.item.text == item.text)
        index = next(equal, 0)
        entry = self.layout.entries.get(candidates[index].key)
        if entry is None:
            return None
        if entry.item.text != item.text:
            held = self._held(place, item)
            if held is None and self.layout.shape.by_field and self.may_delete:
                return None
            if held is None:
                self._set_aside(place.page_id, place.list_name, item.id, entry.item.text)
            self._change_one(place, held or entry.item, item, entry)
        del candidates[index]
        return self.layout.entries[entry.key]

    def _held(self, place: _Place, item: Item) -> Item | None:
        """The element as the device held it last, if it did."""
        if item.id is None:
            return None
        states = (state.lists for state in self.held)
        pages = (page.lists for page in self._held_pages(place.page_id))
        for lists in states if place.page == ROOT else pages:
            for held in lists.get(place.list_name, ()):
                if held.id == item.id:
                    return held
        return None

    def _held_pages(self, page_id: str | None) -> Iterator[Page]:
        for state in self.held:
            for page in state.pages or ():
                if page_id is not None and page.id == page_id:
                    yield page

    def _flush(
        self, place: _Place, before: Entry | None, run: list[tuple[Item, Entry | None]]
    ) -> None:
        if not run:
            return
        group = self.layout.group(place.page, place.list_name)
        position = -1
        if before is not None:
            position = self.layout.position(self.layout.entries[before.key])
        orders = self.layout.orders_after(group, position, len(run))
        for (item, known), order in zip(run, orders, strict=True):
            if known is None:
                self.layout.add(place.page, place.list_name, order, item)
                self.outcome.added += 1
            else:
                entry = self.layout.entries[known.key]
                self.layout.place(entry, place.page, place.list_name, order)
                self.outcome.moved += 1
        run.clear()
