"""One list of elements in a merge, and where the save differs from its base."""

from dataclasses import dataclass, field

from solosync.board.entries import Entry
from solosync.board.matching import common_ends, match_items
from solosync.board.states import Item


@dataclass(slots=True, eq=False)
class Place:
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
    # What of both differs: between its ends, a save is as its base.
    in_base: range = range(0)
    in_save: range = range(0)

    def match(self) -> None:
        front, back = common_ends(self.base, self.save)
        self.in_base = range(front, len(self.base) - back)
        self.in_save = range(front, len(self.save) - back)
        self.matches = match_items(self.base, self.save, (front, back))

    @property
    def differs(self) -> bool:
        return bool(self.in_base or self.in_save)

    def kept(self) -> dict[int, int]:
        """Of what differs, the matches: index in the save to index in the base."""
        matched = ((index, self.matches[index]) for index in self.in_save)
        return {index: match for index, match in matched if match is not None}
