"""Routes that begin alike."""

from __future__ import annotations

from typing import Self

from litestar import Router


class Section(Router):
    """Made for one application. Litestar copies a router with all that is in it before it is
    registered, in case it will be once more, and that is a good part of a start."""

    def __deepcopy__(self, _: object) -> Self:
        return self
