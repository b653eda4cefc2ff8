"""What goes wrong with other people's servers."""

from solosync.errors import Unavailable


class NotSent(Unavailable):
    """A mail wasn't taken. The message is for those who administer the server, and holds neither
    the recipient's whole address nor anything that was in the mail.

    ``is_final`` says that trying again is of no use; else ``after_seconds`` is how long the other
    side wants to be left alone.
    """

    code = "mail.not_sent"

    def __init__(self, message: str, *, is_final: bool = False, after_seconds: int = 0) -> None:
        super().__init__(message)
        self.is_final = is_final
        self.after_seconds = after_seconds
