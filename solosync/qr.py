"""QR codes: the only module that knows segno. For addresses, so that nobody has to type them."""

from __future__ import annotations

import io

_BORDER = 4
"""Light around it; what readers need to find it."""
_WHITE_ON_BLACK, _PLAIN = "\x1b[38;5;231;48;5;16m", "\x1b[0m"


def svg(text: str) -> str:
    """For a page: dark on light whatever the page's colours, because many readers know no other.
    Has no size of its own, and nothing that needs a style sheet."""
    import segno

    code = segno.make_qr(text, error="m")
    return code.svg_inline(omitsize=True, border=_BORDER, dark="#000", light="#fff", svgclass="qr")


def lines(text: str) -> list[str]:
    """For a terminal that shows Unicode: two rows of the code in each line, in colours of its own,
    because terminals are dark or light."""
    import segno

    drawn = io.StringIO()
    segno.make_qr(text, error="l").terminal(drawn, border=2, compact=True)
    return [f"{_WHITE_ON_BLACK}{line}{_PLAIN}" for line in drawn.getvalue().splitlines()]
