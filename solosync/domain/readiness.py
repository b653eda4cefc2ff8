"""Whether the server can work: its database answers, and it isn't just starting or stopping."""

from collections.abc import Callable

from solosync.errors import SolosyncError
from solosync.store import maintenance
from solosync.store.engine import Store

OK = "ok"
NEEDED = ("server", "store")


class Readiness:
    """``are_jobs_begun`` says whether background work is being taken up. That is told, but not
    waited for: what is queued meanwhile is done a moment later. Nor is an object store of files
    asked: boards open and save without it, and each look would be a request to it."""

    def __init__(self, store: Store, are_jobs_begun: Callable[[], bool]) -> None:
        self.is_stopping = False
        self._store = store
        self._are_jobs_begun = are_jobs_begun

    def check(self) -> dict[str, str]:
        """How it stands with each part but the store: "ok", or what it is at."""
        return {
            "server": "stopping" if self.is_stopping else OK,
            "jobs": OK if self._are_jobs_begun() else "starting",
        }

    def check_store(self) -> str:
        """Blocks as long as the store does."""
        try:
            self._store.read(maintenance.look)
            self._store.write(lambda tx: None)
        except SolosyncError as error:
            return error.message
        return OK
