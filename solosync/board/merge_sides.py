"""What the parts of a merge share: the three sides, and what comes of comparing values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from solosync.board.canonical import join_object, quote
from solosync.board.layout import Layout
from solosync.board.states import Page, State


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


class Sides:
    """The base, the save and the document, and what may be done with them (see ``merge``)."""

    def __init__(
        self,
        layout: Layout,
        base: State | None,
        save: State,
        *,
        may_delete: bool,
        stated: bool,
        held: Sequence[State],
    ) -> None:
        self.layout = layout
        self.blind = base is None
        self.base = layout.state() if base is None else base
        self.save = save
        self.may_delete = may_delete and base is not None
        self.mark_deleted = not stated
        self.held = held
        self.outcome = Outcome()

    def three_way(
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
                self.set_aside(page, list_, id_, current, name)
            changes[name] = wanted
        return changes

    def set_aside(
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

    def held_pages(self, page_id: str | None) -> Iterator[Page]:
        for state in self.held:
            for page in state.pages or ():
                if page_id is not None and page.id == page_id:
                    yield page
