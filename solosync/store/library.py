"""sqlite-utils, loaded when it is first needed."""

import sys
from types import ModuleType

OPTIONAL = ("numpy", "pandas")


def load_sqlite_utils() -> ModuleType:
    """It takes a tenth of a second, which most starts and commands don't need.

    Where numpy is installed, and it is for drawing, sqlite-utils would load it too, to know its
    types in tables: 25 MB more in a server, which never draws. So it must not find it.
    """
    if "sqlite_utils" not in sys.modules:
        hidden = [name for name in OPTIONAL if name not in sys.modules]
        sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
        try:
            import sqlite_utils  # noqa: F401
        finally:
            for name in hidden:
                del sys.modules[name]
    return sys.modules["sqlite_utils"]
