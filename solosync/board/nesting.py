"""Looks at a Yjs update before it is applied: how deep its plain values nest.

pycrdt's decoder calls itself for each level of a list or object; some 100,000 levels, which fit
into 200 KB, overflow the stack and end the process, and from a thousand levels on what it hands to
Python fails half-way.
"""

MAX_NESTING = 256  # what comes from JSON nests at most 100 levels deep

_LIST, _OBJECT = 117, 118
_GONE, _SKIP = 0, 10
_DELETED, _JSON, _BINARY, _STRING, _EMBED, _FORMAT, _TYPE, _ANY, _DOCUMENT = range(1, 10)
_XML_ELEMENT = 3
_PLAIN_TYPES = frozenset({0, 1, 2, 4, 6})  # array, map, text, fragment, XML text
_SIZES = {127: 0, 126: 0, 124: 4, 123: 8, 122: 8, 121: 0, 120: 0}  # of plain values, in bytes
_INTEGER, _TEXT, _BYTES = 125, 119, 116
_LONGEST_VARINT = 10


class Unreadable(Exception):
    """An update nests values too deep, or can't be told not to."""


def check_nesting(update: bytes) -> None:
    """Raises Unreadable. Returns at once for an update that is too small to nest too deep."""
    # Each level starts with one of these two bytes, so most updates needn't be taken apart.
    if update.count(_LIST) + update.count(_OBJECT) <= MAX_NESTING:
        return
    try:
        _Scan(update).structs()
    except IndexError:
        raise Unreadable from None


class _Scan:
    """Walks over the structs of an update in the first Yjs encoding.

    Takes only what the decoder reads in exactly one way: what is unusual is refused, or levels
    could be hidden in it.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def structs(self) -> None:
        for _ in range(self._integer()):
            count = self._integer()
            self._skip_integers(2)  # client and clock
            for _ in range(count):
                self._struct()

    def _struct(self) -> None:
        info = self._byte()
        if info in (_GONE, _SKIP):
            self._skip_integers(1)
            return
        has_origin, has_right_origin = info & 0x80, info & 0x40
        if has_origin:
            self._skip_integers(2)
        if has_right_origin:
            self._skip_integers(2)
        if not has_origin and not has_right_origin:
            if self._integer() == 1:
                self._bytes()
            else:
                self._skip_integers(2)
            if info & 0x20:
                self._bytes()
        self._content(info & 0x1F)

    def _content(self, kind: int) -> None:
        if kind == _DELETED:
            self._skip_integers(1)
        elif kind == _JSON:
            self._many_bytes(self._integer())
        elif kind == _ANY:
            self._values(self._integer())
        elif kind in (_BINARY, _STRING, _EMBED):
            self._bytes()
        elif kind == _FORMAT:
            self._many_bytes(2)
        elif kind == _TYPE:
            self._type()
        elif kind == _DOCUMENT:
            self._bytes()
            self._values(1)
        else:
            raise Unreadable

    def _type(self) -> None:
        shared = self._integer()
        if shared == _XML_ELEMENT:
            self._bytes()
        elif shared not in _PLAIN_TYPES:
            raise Unreadable

    def _values(self, count: int) -> None:
        above: list[tuple[int, bool]] = []  # of each level: how many are left, if they have keys
        left, has_keys = count, False
        while left or above:
            if not left:
                left, has_keys = above.pop()
                continue
            left -= 1
            if has_keys:
                self._bytes()
            kind = self._byte()
            if kind in (_LIST, _OBJECT):
                above.append((left, has_keys))
                if len(above) > MAX_NESTING:
                    raise Unreadable
                left, has_keys = self._integer(), kind == _OBJECT
            else:
                self._value(kind)

    def _value(self, kind: int) -> None:
        size = _SIZES.get(kind)
        if size is not None:
            self._at += size
        elif kind == _INTEGER:
            self._skip_integers(1)
        elif kind in (_TEXT, _BYTES):
            self._bytes()
        else:
            raise Unreadable

    def _byte(self) -> int:
        byte = self._data[self._at]
        self._at += 1
        return byte

    def _integer(self) -> int:
        value = shift = 0
        for _ in range(_LONGEST_VARINT):
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise Unreadable

    def _skip_integers(self, count: int) -> None:
        for _ in range(count):
            self._integer()

    def _bytes(self) -> bytes:
        length = self._integer()
        start = self._at
        self._at += length
        if self._at > len(self._data):
            raise Unreadable
        return self._data[start : self._at]

    def _many_bytes(self, count: int) -> None:
        for _ in range(count):
            self._bytes()
