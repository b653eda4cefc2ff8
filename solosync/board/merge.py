"""The three-way merge of a whole-state save into the document (docs/sync-spec.md, SAVE).

What the save changed against its base is applied, what it left alone stays as others made it,
what is gone against the base is deleted. Where both changed one value the save wins, and the
value that lost is set aside.

Values are merged here, pages in merge_pages.py, elements in merge_elements.py.
"""

from collections.abc import Sequence

from solosync.board.layout import ROOT, Layout
from solosync.board.merge_elements import ElementMerge
from solosync.board.merge_pages import PageMerge
from solosync.board.merge_sides import Outcome, Sides
from solosync.board.states import State

# Keys that are only somebody's view of the board: the last save wins, and nothing is set aside.
VIEW_KEYS = frozenset(
    {"zoom", "pan", "fullscreen", "activePageId", "currentPageIndex", "updatedAt"}
)


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
    sides = Sides(layout, base, save, may_delete=may_delete, stated=stated, held=held)
    elements = ElementMerge(sides)
    _merge_values(sides)
    elements.note_lists(ROOT, None, sides.base.lists, save.lists)
    PageMerge(sides, elements).run()
    elements.run()
    return sides.outcome


def _merge_values(sides: Sides) -> None:
    changes = sides.three_way(
        sides.base.rest, sides.save.rest, sides.layout.rest, None, None, None, VIEW_KEYS
    )
    for key, text in changes.items():
        sides.layout.set_rest(key, text)
    _merge_keyed(sides)


def _merge_keyed(sides: Sides) -> None:
    base, save, now = sides.base.keyed, sides.save.keyed, sides.layout.keyed
    if save is None and (base is None or not sides.may_delete):
        return
    name = sides.layout.shape.keyed
    changes = sides.three_way(base or {}, save or {}, now or {}, None, name, None)
    if save is None:
        if now is not None:
            sides.layout.set_keyed(changes)
            if not sides.layout.keyed:
                sides.layout.drop_keyed()
    elif changes or base is None:
        sides.layout.set_keyed(changes)
