"""The flags that say how a picture is made, of every command that makes one."""

import argparse
from typing import Any

# Flags and what they say; what each takes is checked with the options themselves.
_FLAGS = {
    "pages": ("PAGES", 'Which pages: all, active, or numbers such as "1-3,5".'),
    "scale": ("N", "How many pixels a pixel of the board becomes, 0.1 to 8. [1]"),
    "width": ("PIXELS", "How wide the picture is, instead of a scale."),
    "background": ("board|white|transparent", "What is under the drawing. [board]"),
    "margin": ("PIXELS", "Room around the drawing. [20]"),
    "paper": ("fit|a4|letter", "Fit the sheet to the drawing, or the drawing to paper. [fit]"),
    "orientation": ("auto|portrait|landscape", "How the paper lies. [auto]"),
    "multiple": ("zip|stack", "Several pages as PNG: in an archive, or below each other."),
}


def add(parser: argparse.ArgumentParser) -> None:
    for name, (takes, sentence) in _FLAGS.items():
        parser.add_argument(f"--{name}", metavar=takes, help=sentence)
    parser.add_argument(
        "--page-numbers", action="store_true", help="Number the pages of a PDF at their foot."
    )


def given(arguments: argparse.Namespace) -> dict[str, Any]:
    """For `records.pictures.parse_options`; None where a flag wasn't given."""
    return {name: getattr(arguments, name) for name in (*_FLAGS, "page_numbers")}
