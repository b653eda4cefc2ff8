"""The elements of a merge: what became of each list, and which elements moved between lists."""

from collections import Counter

from solosync.board.entries import Entry, free_key
from solosync.board.layout import ROOT
from solosync.board.matching import common_ends, match_items, outside_order
from solosync.board.merge_places import Place
from solosync.board.merge_sides import Sides
from solosync.board.states import Item

_End = tuple[Place, int]  # one end of a move: an index in a list of the base, or of the save


class ElementMerge:
    """First all lists are noted, then ``run`` merges them together."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.places: list[Place] = []
        self.base_ids: dict[str, Counter[str | None]] = {}

    def note_lists(
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
            present = page == ROOT or page in self.sides.layout.pages
            if page is not None and present and not declared:
                if name in save and name not in base:
                    self.sides.layout.declare_list(page, name, True)
                elif name in base and name not in save and self.sides.may_delete:
                    self.sides.layout.declare_list(page, name, False)
            if before or wanted:
                key = page if page is not None else free_key(page_id, self.sides.layout.pages)
                self.places.append(Place(key, page_id, name, before, wanted))

    def run(self) -> None:
        for place in self.places:
            place.match()
        touched = [place for place in self.places if place.differs]
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

    def _moves(self, places: list[Place]) -> dict[_End, _End]:
        """Elements whose id is gone from one list and new in another, once each."""
        gone: dict[tuple[str, str], list[_End]] = {}
        came: dict[tuple[str, str], list[_End]] = {}
        for place in places:
            kept = set(place.kept().values())
            for index in place.in_base:
                id_ = place.base[index].id
                if index not in kept and id_ is not None:
                    gone.setdefault((place.list_name, id_), []).append((place, index))
            for index in place.in_save:
                id_ = place.save[index].id
                if place.matches[index] is None and id_ is not None:
                    came.setdefault((place.list_name, id_), []).append((place, index))
        return {
            ends[0]: came[name][0]
            for name, ends in gone.items()
            if len(ends) == 1 and len(came.get(name, ())) == 1
        }

    def _find_entries(self, place: Place) -> None:
        group = self.sides.layout.group(place.page, place.list_name)
        items = [entry.item for entry in group]
        ends = common_ends(items, place.base)
        if ends[0] == len(items) == len(place.base):  # nobody else has changed this list
            place.entries = [*group]
            if items != place.base:  # equal, and from now on the same objects: faster to compare
                for entry, item in zip(group, place.base, strict=True):
                    entry.item = item
            return
        found = match_items(items, place.base, ends)
        place.entries = [group[index] if index is not None else None for index in found]
        known = set(found)
        for index, entry in enumerate(group):
            if index not in known:
                item = entry.item
                name = item.id if item.id is not None else item.text
                place.strangers.setdefault(name, []).append(entry)
        if None in place.entries:
            self._find_moved(place)

    def _find_moved(self, place: Place) -> None:
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
        for entry in self.sides.layout.entries.values():
            id_ = entry.item.id
            if id_ in missing and entry.list_name == place.list_name:
                counts[id_] += 1
                where[id_] = entry
        for id_, index in missing.items():
            if counts[id_] == 1 and where[id_].page != place.page:
                place.entries[index] = where[id_]

    def _base_ids(self, list_: str) -> Counter[str | None]:
        """How often each id occurs in the base's lists of one name."""
        if list_ not in self.base_ids:
            self.base_ids[list_] = Counter(
                item.id for place in self.places if place.list_name == list_ for item in place.base
            )
        return self.base_ids[list_]

    def _change(self, place: Place) -> None:
        for index, match in place.kept().items():
            self._change_one(place, place.base[match], place.save[index], place.entries[match])
        for index, (entry, before) in place.arrivals.items():
            self._change_one(place, before, place.save[index], entry)

    def _change_one(self, place: Place, before: Item, item: Item, entry: Entry | None) -> None:
        if before.text == item.text:
            return
        if entry is None:
            self._lost_edit(place, before, item)
            return
        current = self.sides.layout.entries[entry.key]
        are_objects = before.is_object and item.is_object and current.item.is_object
        if not (self.sides.layout.shape.by_field and are_objects):
            self._replace(place, before, item, current)
            return
        changes = self.sides.three_way(
            before.fields,
            item.fields,
            current.item.fields,
            place.page_id,
            place.list_name,
            item.id,
        )
        # An element without an id has none to be set aside under, and isn't matched here.
        if changes:
            self.sides.layout.change(current, changes, item)
            self.sides.outcome.changed += 1

    def _replace(self, place: Place, before: Item, item: Item, current: Entry) -> None:
        if current.item.text == item.text:
            return
        if self.sides.blind or current.item.text != before.text:
            self.sides.set_aside(place.page_id, place.list_name, item.id, current.item.text)
        self.sides.layout.replace(current, item)
        self.sides.outcome.changed += 1

    def _lost_edit(self, place: Place, before: Item, item: Item) -> None:
        """The save changed what another device deleted: deletion wins, the edit is set aside."""
        if before.text != item.text:
            self.sides.set_aside(place.page_id, place.list_name, item.id, item.text)

    def _remove(self, place: Place, moved: set[int]) -> None:
        if not self.sides.may_delete:
            return
        kept = set(place.kept().values())
        keys = []
        for index in place.in_base:
            item, known = place.base[index], place.entries[index]
            if index in kept or index in moved or known is None:
                continue
            entry = self.sides.layout.entries[known.key]
            if self.sides.mark_deleted or entry.item.text != item.text:
                self.sides.set_aside(place.page_id, place.list_name, item.id, entry.item.text)
            keys.append(entry.key)
        self.sides.layout.remove(keys)
        self.sides.outcome.removed += len(keys)

    def _place(self, place: Place, arriving: set[int]) -> None:
        """New elements, and those that the save moved, go right after the one before them."""
        kept = place.kept()
        moved: set[int] = set()
        if self.sides.may_delete:
            indexes = list(kept)
            moved = {indexes[position] for position in outside_order(list(kept.values()))}
        if not moved and len(kept) == len(place.in_save):
            return
        before = self._last_before(place)
        run: list[tuple[Item, Entry | None]] = []
        for index in place.in_save:
            item, match = place.save[index], place.matches[index]
            if match is not None:
                here = self._here(place, match)
                if here is None:
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

    def _last_before(self, place: Place) -> Entry | None:
        """What the first of the differing elements comes after."""
        front = reversed(range(place.in_save.start))
        return next((here for match in front if (here := self._here(place, match))), None)

    def _here(self, place: Place, match: int) -> Entry | None:
        """An element of the base, if it still stands in this list."""
        known = place.entries[match]
        here = self.sides.layout.entries.get(known.key) if known is not None else None
        if here is None or (here.page, here.list_name) != (place.page, place.list_name):
            return None
        return here

    def _element_twin(self, place: Place, item: Item) -> Entry | None:
        """The element another device added meanwhile that is this one, if there is one.

        Equal ids with different values are two elements where elements merge by field; where an
        element is one value, or the base is too old to tell, they are one, and the save wins.
        """
        candidates = place.strangers.get(item.id if item.id is not None else item.text)
        if not candidates:
            return None
        equal = (i for i, other in enumerate(candidates) if other.item.text == item.text)
        index = next(equal, 0)
        entry = self.sides.layout.entries.get(candidates[index].key)
        if entry is None:
            return None
        if entry.item.text != item.text:
            held = self._held(place, item)
            if held is None and self.sides.layout.shape.by_field and self.sides.may_delete:
                return None
            if held is None:
                self.sides.set_aside(place.page_id, place.list_name, item.id, entry.item.text)
            self._change_one(place, held or entry.item, item, entry)
        del candidates[index]
        return self.sides.layout.entries[entry.key]

    def _held(self, place: Place, item: Item) -> Item | None:
        """The element as the device held it last, if it did."""
        if item.id is None:
            return None
        states = (state.lists for state in self.sides.held)
        pages = (page.lists for page in self.sides.held_pages(place.page_id))
        for lists in states if place.page == ROOT else pages:
            for held in lists.get(place.list_name, ()):
                if held.id == item.id:
                    return held
        return None

    def _flush(
        self, place: Place, before: Entry | None, run: list[tuple[Item, Entry | None]]
    ) -> None:
        if not run:
            return
        group = self.sides.layout.group(place.page, place.list_name)
        position = -1
        if before is not None:
            position = self.sides.layout.position(self.sides.layout.entries[before.key])
        orders = self.sides.layout.orders_after(group, position, len(run))
        for (item, known), order in zip(run, orders, strict=True):
            if known is None:
                self.sides.layout.add(place.page, place.list_name, order, item)
                self.sides.outcome.added += 1
            else:
                entry = self.sides.layout.entries[known.key]
                self.sides.layout.place(entry, place.page, place.list_name, order)
                self.sides.outcome.moved += 1
        run.clear()
