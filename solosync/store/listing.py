"""Pages of lists by their sort values instead of by number, so that they stay where they are while
rows are added."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from solosync.records.listing import Position, Query, Slice, Sort, Value
from solosync.store.transactions import Row, Tx


class Listed(NamedTuple):
    """What can be listed. ``source`` is `FROM ... WHERE ...`, for whose parameters `page` is given
    values. ``sorts`` are SQL expressions by field, never NULL; ``filters`` are conditions with one
    `?` each; ``key`` is an expression that tells all rows apart."""

    columns: str
    source: str
    sorts: Mapping[str, str]
    filters: Mapping[str, str]
    key: str


def page(tx: Tx, listed: Listed, parameters: Sequence[Value], query: Query) -> Slice[Row]:
    """Rows of ``listed.columns``. Raises KeyError for a field that isn't in ``listed``."""
    conditions = [listed.filters[name] for name in query.filters]
    source = " AND ".join([listed.source, *conditions])
    values = [*parameters, *query.filters.values()]
    total = tx.all(f"SELECT count(*) {source}", values)[0][0]
    order = [(listed.sorts[sort.field], _is_descending(sort, query)) for sort in query.sort]
    last = query.sort[-1] if query.sort else Sort("")
    order.append((listed.key, _is_descending(last, query)))
    if query.position is not None:
        condition, beyond = _beyond(order, query.position)
        source, values = f"{source} AND {condition}", [*values, *beyond]
    expressions = ", ".join(expression for expression, _ in order)
    ordering = ", ".join(f"{expression} {'DESC' if down else 'ASC'}" for expression, down in order)
    rows = tx.all(
        f"SELECT {expressions}, {listed.columns} {source} ORDER BY {ordering} LIMIT ?",
        [*values, query.limit + 1],
    )
    return _slice(rows, len(order), query, total)


def _is_descending(sort: Sort, query: Query) -> bool:
    return sort.is_descending != query.is_backward


def _beyond(order: Sequence[tuple[str, bool]], position: Position) -> tuple[str, list[Value]]:
    """The condition for rows after a position: a later first value, or the same and a later
    second one, and so on."""
    alternatives: list[str] = []
    values: list[Value] = []
    for index, (expression, is_descending) in enumerate(order):
        same = [f"{earlier} = ?" for earlier, _ in order[:index]]
        later = f"{expression} {'<' if is_descending else '>'} ?"
        alternatives.append(" AND ".join([*same, later]))
        values += position[: index + 1]
    return f"({' OR '.join(f'({alternative})' for alternative in alternatives)})", values


def _slice(rows: list[Row], width: int, query: Query, total: int) -> Slice[Row]:
    goes_on = len(rows) > query.limit
    rows = rows[: query.limit]
    if query.is_backward:
        rows.reverse()
    came_from = query.position is not None
    has_next, has_prev = (came_from, goes_on) if query.is_backward else (goes_on, came_from)
    return Slice(
        items=[row[width:] for row in rows],
        next=rows[-1][:width] if rows and has_next else None,
        prev=rows[0][:width] if rows and has_prev else None,
        total=total,
    )
