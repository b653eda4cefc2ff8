"""The browser of the person at this machine."""

from __future__ import annotations

import threading
import webbrowser

TEXT_BROWSERS = frozenset(("elinks", "links", "lynx", "w3m", "www-browser"))


def open_page(url: str, patience_seconds: float = 3.0) -> bool:
    """Opens a page for the person at this machine; a caller that is about to end waits a moment
    for the browser to start. False where there is none with a window: one inside the terminal
    would take it over."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    if getattr(browser, "basename", "") in TEXT_BROWSERS:
        return False
    # Some browsers only return when they are closed.
    opening = threading.Thread(target=browser.open, args=(url,), daemon=True)
    opening.start()
    opening.join(patience_seconds)
    return True
