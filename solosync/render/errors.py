"""What the readers of pictures raise among themselves."""


class Unreadable(Exception):
    """A picture that can't be shown. The text ends the sentence "The picture is not shown: ..."."""
