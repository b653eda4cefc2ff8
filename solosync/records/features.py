"""Parts of the program that can be switched on and off while it runs."""

import msgspec


class Feature(msgspec.Struct, frozen=True):
    """While it ``is_on``, it is so for ``percentage`` of all. ``organizations`` have it their own
    way whatever is said otherwise. ``updated_at`` is 0 for one that nobody ever changed."""

    name: str
    is_on: bool
    percentage: int
    updated_at: int
    organizations: dict[str, bool] = {}
