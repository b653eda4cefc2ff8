"""Makes the font files in solosync/render/typefaces; LICENSES.md says where they come from.

    npm install --prefix FOLDER @excalidraw/excalidraw@0.18.0 @expo-google-fonts/arimo@0.4.3 ...
    python packaging/fonts.py FOLDER

It needs fonttools and brotli, and takes whichever versions are installed in FOLDER.
"""

import shutil
import sys
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

TYPEFACES = Path(__file__).parent.parent / "solosync" / "render" / "typefaces"

# Copied as they are, from @expo-google-fonts/.
COPIED = {
    "Arimo-Regular.ttf": "arimo/400Regular/Arimo_400Regular.ttf",
    "CascadiaCode-Regular.ttf": "cascadia-code/400Regular/CascadiaCode_400Regular.ttf",
    "LilitaOne-Regular.ttf": "lilita-one/400Regular/LilitaOne_400Regular.ttf",
    "NotoEmoji-Regular.ttf": "noto-emoji/400Regular/NotoEmoji_400Regular.ttf",
    "NotoSansArabic-Regular.ttf": "noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf",
    "Nunito-Medium.ttf": "nunito/500Medium/Nunito_500Medium.ttf",
}
# Unpacked, and where they come in pieces put together, from @excalidraw/excalidraw.
UNPACKED = {
    "ComicShanns-Regular.ttf": "ComicShanns",
    "Excalifont-Regular.ttf": "Excalifont",
    "Virgil-Regular.ttf": "Virgil",
}


def unpack(pieces: list[Path], to: Path) -> None:
    """The piece with most characters goes first: names and metrics are taken from it."""
    pieces.sort(key=lambda piece: -piece.stat().st_size)
    if len(pieces) > 1:
        unpacked = []
        for number, piece in enumerate(pieces):
            font = TTFont(piece, recalcTimestamp=False)
            font.flavor = None
            font.save(unpacked_piece := to.with_suffix(f".{number}"))
            unpacked.append(unpacked_piece)
        font = Merger().merge([str(piece) for piece in unpacked])
        for piece in unpacked:
            piece.unlink()
    else:
        font = TTFont(pieces[0], recalcTimestamp=False)
        font.flavor = None
    font.recalcTimestamp = False
    font.save(to)


def main(folder: Path) -> None:
    modules = folder / "node_modules"
    TYPEFACES.mkdir(exist_ok=True)
    for name, source in COPIED.items():
        shutil.copyfile(modules / "@expo-google-fonts" / source, TYPEFACES / name)
    for name, source in UNPACKED.items():
        fonts = modules / "@excalidraw" / "excalidraw" / "dist" / "prod" / "fonts"
        unpack(list((fonts / source).glob("*.woff2")), TYPEFACES / name)
    for file in sorted(TYPEFACES.glob("*.ttf")):
        print(f"{file.stat().st_size:9,} {file.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
