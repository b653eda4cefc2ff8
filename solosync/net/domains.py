"""The names of mail domains, which have more than one spelling."""

from __future__ import annotations


def to_ascii(domain: str) -> str | None:
    """As mail servers know it; None for what is no domain."""
    import idna  # takes its time

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return None


def one_form(domain: str) -> str:
    """The same for all spellings that lead to one mail server (small letters, without a dot at the
    end); what is no domain stays as it is."""
    plain = domain.lower().rstrip(".")
    if plain.isascii() and "xn--" not in plain:  # as nearly all are
        return plain
    import idna

    try:
        return idna.decode(idna.encode(plain, uts46=True))
    except UnicodeError:
        return plain
