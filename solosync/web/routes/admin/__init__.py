"""What staff alone may ask, below /api/v1/admin: each look is written down as each change is."""
