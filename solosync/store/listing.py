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


class _Order(NamedTuple):
    expression: str
    is_descending: bool


def page(tx: Tx, listed: Listed, parameters: Sequence[Value], query: Query) -> Slice[Row]:
    """Rows of ``listed.columns``. Raises KeyError for a field that isn't in ``listed``."""
    conditions = [f"({listed.filters[name]})" for name in query.filters]
    source = " AND ".join([listed.source, *conditions])
    given = [*parameters, *query.filters.values()]
    total: int = tx.all(f"SELECT count(*) {source}", given)[0][0]
    order = _order(listed, query)
    rows = _rows(tx, listed, source, given, order, query)
    width, more = len(order), len(rows) > query.limit
    rows = rows[: query.limit]
    beyond = Position(query.question, rows[-1][:width]) if rows and more else None
    behind = _behind(rows, width, query)
    if behind is not None and not _is_anything(tx, source, given, _reversed(order), behind):
        behind = None
    if query.is_backward:
        rows.reverse()
        beyond, behind = behind, beyond
    return Slice([row[width:] for row in rows], beyond, behind, total)


def _order(listed: Listed, query: Query) -> list[_Order]:
    """By what rows are sorted; the key decides between equal ones, in the direction of the last."""
    last = query.sort[-1] if query.sort else Sort("")
    return [
        *(
            _Order(listed.sorts[sort.field], sort.is_descending != query.is_backward)
            for sort in query.sort
        ),
        _Order(listed.key, last.is_descending != query.is_backward),
    ]


def _reversed(order: list[_Order]) -> list[_Order]:
    return [_Order(expression, not is_descending) for expression, is_descending in order]


def _rows(
    tx: Tx,
    listed: Listed,
    source: str,
    given: Sequence[Value],
    order: list[_Order],
    query: Query,
) -> list[Row]:
    """One more than asked for, to see whether there is one; the values they are sorted by first."""
    values = list(given)
    if query.position is not None:
        condition, bounds = _beyond(order, query.position)
        source, values = f"{source} AND {condition}", [*values, *bounds]
    expressions = ", ".join(expression for expression, _ in order)
    ordering = ", ".join(f"{expression} {'DESC' if down else 'ASC'}" for expression, down in order)
    return tx.all(
        f"SELECT {expressions}, {listed.columns} {source} ORDER BY {ordering} LIMIT ?",
        [*values, query.limit + 1],
    )


def _behind(rows: list[Row], width: int, query: Query) -> Position | None:
    """From where a page in the other direction begins. Where a page is empty because its rows were
    deleted, that is where it began itself, so that nobody is stuck there."""
    if query.position is None:
        return None
    if rows:
        return Position(query.question, rows[0][:width])
    return Position(query.question, query.position.values, not query.position.is_before)


def _is_anything(
    tx: Tx, source: str, given: Sequence[Value], order: list[_Order], position: Position
) -> bool:
    condition, bounds = _beyond(order, position)
    return tx.one(f"SELECT 1 {source} AND {condition} LIMIT 1", [*given, *bounds]) is not None


def _beyond(order: list[_Order], position: Position) -> tuple[str, list[Value]]:
    """The condition for rows after a position: a later first value, or the same and a later
    second one, and so on."""
    alternatives: list[str] = []
    bounds: list[Value] = []
    for index, (expression, is_descending) in enumerate(order):
        same = [f"{earlier} = ?" for earlier, _ in order[:index]]
        later = "<" if is_descending else ">"
        if position.is_before and index == len(order) - 1:
            later += "="  # the key is the row's own
        alternatives.append(" AND ".join([*same, f"{expression} {later} ?"]))
        bounds += position.values[: index + 1]
    return f"({' OR '.join(f'({alternative})' for alternative in alternatives)})", bounds
