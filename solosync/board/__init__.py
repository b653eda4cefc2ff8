"""The document: one Yjs document per board, its JSON face, and the rules of merging.

The only package that knows pycrdt. Bytes and JSON text go in, bytes and JSON text come out;
nothing here does I/O. The layout is written down in docs/board-format.md, the rules with their
ids in docs/sync-spec.md.
"""
