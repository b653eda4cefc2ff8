"""Pictures of boards: JSON states in; PNG, PDF and SVG out.

A dialect's module in ``scenes/`` turns a state into the display list of ``scene.py``, which
``raster.py``, ``pdf.py`` and ``svg.py`` write out. Nothing here knows the store, or asks the
network for anything.
"""
