"""One module for each dialect: how its elements look."""

from collections.abc import Container
from typing import TYPE_CHECKING, Any

from solosync.render.scene import Scene

if TYPE_CHECKING:
    from solosync.render.images import Pictures


def build(
    state: dict[str, Any],
    pictures: "Pictures",
    *,
    title: str = "",
    pages: Container[int] | None = None,
) -> Scene:
    """The scene of any JSON object: what isn't understood is left out, with a warning.

    A page whose index isn't in ``pages`` has its name and backdrop, but no ops; at least one page
    there always is.
    """
    if _is_excalidraw(state):
        from solosync.render.scenes import excalidraw

        return excalidraw.scene(state, pictures, title=title, pages=pages)
    from solosync.render.scenes import solo

    return solo.scene(state, pictures, title=title, pages=pages)


def is_board(state: dict[str, Any]) -> bool:
    """Whether there is anything in it that could be drawn; ``build`` takes the rest as empty."""
    return (
        _is_excalidraw(state)
        or state.get("type") == "excalidraw"
        or any(
            isinstance(state.get(name), list)
            for name in ("pages", "strokes", "shapes", "texts", "assets")
        )
    )


def _is_excalidraw(state: dict[str, Any]) -> bool:
    """What its clipboard holds is the same with another type, and its first files had none."""
    is_named = state.get("type") in ("excalidraw", "excalidraw/clipboard", None)
    return is_named and isinstance(state.get("elements"), list)
