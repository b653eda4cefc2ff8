"""Fine-grained saves: a list of operations, applied to a state all or not at all.

The rules are those of the Solo client's contract (docs/sync-spec.md, DIFF). Operations are tried
on a plain ``State``; the caller merges the result into the document as one change.
"""

import json
from dataclasses import replace
from typing import Any

from solosync.board.canonical import (
    MAX_DEPTH,
    canonical,
    check_depth,
    quote,
    without_surrogates,
)
from solosync.board.states import Item, Page, State
from solosync.errors import Invalid, InvalidOps
from solosync.ids import new_id

LIST_OF_KIND = {"stroke": "strokes", "asset": "assets", "shape": "shapes", "text": "texts"}
# Levels left for a field's value, so that the board can be saved back whole: an element's stands
# in a body's state, its pages, one of them, a list of it, and the element; a page's in a page.
_ELEMENT_DEPTH = MAX_DEPTH - 6
_PAGE_DEPTH = MAX_DEPTH - 4
_META_DEPTH = MAX_DEPTH - 3
_VERBS = ("add", "update", "remove")
_LISTS = frozenset(LIST_OF_KIND.values())


def apply_ops(state: State, ops: list[Any]) -> State:
    """The state after all operations. Raises InvalidOps naming the first that doesn't fit.

    ``state`` isn't changed. ``ops`` are parsed JSON: ``{op, kind, id?, page_id?, value?, patch?}``.
    """
    draft = _Draft(state)
    for index, op in enumerate(ops):
        try:
            draft.apply(op)
        except _Misfit as misfit:
            raise InvalidOps(str(misfit), index) from None
    return draft.state


class _Misfit(Exception):
    """Why an operation doesn't fit."""


class _Draft:
    """A copy of a state that operations are tried on; items are shared with the original."""

    def __init__(self, state: State) -> None:
        pages = state.pages
        self.state = State(
            dict(state.rest),
            None if state.keyed is None else dict(state.keyed),
            {name: list(items) for name, items in state.lists.items()},
            None
            if pages is None
            else [
                replace(page, fields=dict(page.fields), lists=_copied(page.lists)) for page in pages
            ],
        )

    def apply(self, op: Any) -> None:
        if not isinstance(op, dict):
            raise _Misfit("an operation must be an object")
        verb, kind = op.get("op"), op.get("kind")
        if verb not in _VERBS:
            raise _Misfit('"op" must be one of: add, update, remove')
        if kind == "meta":
            self._meta(verb, op)
        elif kind == "page":
            self._page(verb, op)
        elif isinstance(kind, str) and kind in LIST_OF_KIND:
            self._element(verb, LIST_OF_KIND[kind], op)
        else:
            kinds = ", ".join([*LIST_OF_KIND, "page", "meta"])
            raise _Misfit(f'"kind" must be one of: {kinds}')

    # -- elements ----------------------------------------------------------------------------

    def _element(self, verb: str, list_: str, op: dict[str, Any]) -> None:
        if verb == "add":
            fields = _fields(op, "value", _ELEMENT_DEPTH)
            item = Item.of_fields(fields)
            if item.id is None:
                raise _Misfit('"value" needs an "id": a string that isn\'t empty')
            items = self._list_for_add(list_, op)
            if any(other.id == item.id for other in items):
                raise _Misfit(f'the id "{item.id}" is there already')
            items.append(item)
            return
        items, index = self._find(list_, _id(op), op)
        if verb == "remove":
            del items[index]
            return
        patch = _fields(op, "patch" if op.get("patch") is not None else "value", _ELEMENT_DEPTH)
        patch.pop("id", None)
        if not items[index].is_object:
            raise _Misfit("that element has no fields")
        items[index] = Item.of_fields({**items[index].fields, **patch})

    def _list_for_add(self, list_: str, op: dict[str, Any]) -> list[Item]:
        wanted = _page_id(op)
        if wanted is None and not self.state.pages and self.state.lists:
            fields, lists = self.state.rest, self.state.lists
        else:
            page = self._page_by_id(wanted) if wanted is not None else self._active_page()
            if page is None:
                page = Page({"id": quote(new_id())}, {"strokes": []})
                self._append_page(page)
            fields, lists = page.fields, page.lists
        _check_room(fields, list_, "list")
        fields.pop(list_, None)
        return lists.setdefault(list_, [])

    def _append_page(self, page: Page) -> None:
        _check_room(self.state.rest, "pages", "list")
        self.state.rest.pop("pages", None)
        self.state.pages = [*(self.state.pages or []), page]

    def _find(self, list_: str, id_: str, op: dict[str, Any]) -> tuple[list[Item], int]:
        wanted = _page_id(op)
        if wanted is not None:
            places = [self._page_by_id(wanted).lists]
        else:
            active = self._active_page()
            places = [] if active is None else [active.lists]
            places += [page.lists for page in self.state.pages or [] if page is not active]
            places.append(self.state.lists)
        for lists in places:
            for index, item in enumerate(lists.get(list_, ())):
                if item.id == id_:
                    return lists[list_], index
        raise _Misfit(f'there is no "{id_}" in {list_}')

    # -- pages -------------------------------------------------------------------------------

    def _page_by_id(self, wanted: str) -> Page:
        for page in self.state.pages or []:
            if page.id == wanted:
                return page
        raise _Misfit(f'there is no page "{wanted}"')

    def _active_page(self) -> Page | None:
        pages = self.state.pages or []
        active = self.state.rest.get("activePageId")
        for page in pages:
            if active is not None and page.fields.get("id") == active:
                return page
        index = self.state.rest.get("currentPageIndex", "")
        at = int(index) if index.isdecimal() else len(pages)
        objects = [page for page in [*pages[at : at + 1], *pages] if page.value is None]
        return objects[0] if objects else None

    def _page(self, verb: str, op: dict[str, Any]) -> None:
        if verb == "add":
            fields = _fields(op, "value", _PAGE_DEPTH)
            lists = {name: _items(fields.pop(name)) for name in _LISTS if _is_list(fields, name)}
            page = Page(fields, lists)
            if page.id is None:
                raise _Misfit('"value" needs an "id": a string that isn\'t empty')
            if any(other.id == page.id for other in self.state.pages or []):
                raise _Misfit(f'the page "{page.id}" is there already')
            self._append_page(page)
            return
        page = self._page_by_id(_id(op))
        if verb == "remove":
            self.state.pages = [other for other in self.state.pages or [] if other is not page]
            return
        patch = _fields(op, "patch" if op.get("patch") is not None else "value", _PAGE_DEPTH)
        patch.pop("id", None)
        held = sorted(_LISTS & patch.keys())
        if held:
            raise _Misfit(f'"{held[0]}" is changed by operations on its elements')
        page.fields.update(patch)

    # -- meta --------------------------------------------------------------------------------

    def _meta(self, verb: str, op: dict[str, Any]) -> None:
        _check_room(self.state.rest, "meta", "object")
        if verb == "remove":
            key = _id(op)
            if self.state.keyed is not None:
                self.state.keyed.pop(key, None)
            return
        value = _fields(op, "value" if op.get("value") is not None else "patch", _META_DEPTH)
        self.state.rest.pop("meta", None)
        self.state.keyed = {**(self.state.keyed or {}), **value}


def _check_room(fields: dict[str, str], name: str, wanted: str) -> None:
    """Before a list or object is put there: null counts as absent, anything else is in the way."""
    if fields.get(name, "null") != "null":
        raise _Misfit(f'"{name}" there is no {wanted}')


def _copied(lists: dict[str, list[Item]]) -> dict[str, list[Item]]:
    return {name: list(items) for name, items in lists.items()}


def _id(op: dict[str, Any]) -> str:
    value = op.get("id")
    if value is None and isinstance(op.get("value"), dict):
        value = op["value"].get("id")
    if not isinstance(value, str) or not value:
        raise _Misfit('this operation needs an "id"')
    return value


def _page_id(op: dict[str, Any]) -> str | None:
    value = op.get("page_id")
    if value is None and isinstance(op.get("value"), dict):
        value = op["value"].get("page_id")
    if value is None:
        return None
    if not isinstance(value, str):
        raise _Misfit('"page_id" must be a string')
    return value


def _fields(op: dict[str, Any], name: str, depth: int) -> dict[str, str]:
    """An object given with an operation, as canonical texts by field."""
    value = op.get(name)
    if not isinstance(value, dict):
        raise _Misfit(f'this operation needs "{name}": an object')
    try:
        return {key: _text(item, depth) for key, item in without_surrogates(value).items()}
    except Invalid as error:
        raise _Misfit(error.message) from None


def _text(value: Any, depth: int) -> str:
    raw = json.dumps(value).encode()
    check_depth(raw, depth)
    return canonical(raw)


def _is_list(fields: dict[str, str], name: str) -> bool:
    return fields.get(name, "")[:1] == "["


def _items(text: str) -> list[Item]:
    return [Item(_text(value, _PAGE_DEPTH)) for value in json.loads(text)]
