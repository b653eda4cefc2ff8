"""Makes the font files in solosync/render/typefaces; LICENSES.md says where they come from.

    npm install --prefix FOLDER @excalidraw/excalidraw@0.18.0 @expo-google-fonts/arimo@0.4.3 ...
    python packaging/fonts.py FOLDER

It needs brotli, and takes whichever versions are installed in FOLDER.
"""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import uharfbuzz as hb
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

TYPEFACES = Path(__file__).parent.parent / "solosync" / "render" / "typefaces"

# Copied as they are, from @expo-google-fonts/.
COPIED = {
    "Arimo-Regular.ttf": "arimo/400Regular/Arimo_400Regular.ttf",
    "LilitaOne-Regular.ttf": "lilita-one/400Regular/LilitaOne_400Regular.ttf",
    "NotoEmoji-Regular.ttf": "noto-emoji/400Regular/NotoEmoji_400Regular.ttf",
    "NotoSansArabic-Regular.ttf": "noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf",
    "Nunito-Medium.ttf": "nunito/500Medium/Nunito_500Medium.ttf",
}
# Unpacked, and where they come in pieces put together, from @excalidraw/excalidraw.
UNPACKED = {
    "CascadiaCode-Regular.ttf": "Cascadia",
    "ComicShanns-Regular.ttf": "ComicShanns",
    "Excalifont-Regular.ttf": "Excalifont",
    "Virgil-Regular.ttf": "Virgil",
}
SIGNS_AND_KANA, COMMON, LESS_COMMON = range(0xA1, 0xA6), range(0xB0, 0xD8), range(0xD8, 0xF8)
COMMON_IN_TAIWAN = range(0xA4, 0xC7)  # rows of Big5
# In menus, names and chats of today, but in neither list.
OF_TODAY = "\u6635\u55b5\u5457\u54d2\u9984\u9968\u7172\u7096\u7116\u7315\u9502\u6c2a"


def table(codec: str, rows: Iterable[int]) -> set[str]:
    """The characters in these rows of a code of two bytes."""
    cells = (bytes([row, column]) for row in rows for column in range(0x40, 0xFF))
    decoded = {cell.decode(codec, "replace") for cell in cells}
    return {text for text in decoded if len(text) == 1} - {"\ufffd"}


# The signs, kana and 3,755 common characters of the national standard GB 2312; of its others those
# that are common in Taiwan.
CHINESE = table("gb2312", [*SIGNS_AND_KANA, *COMMON]) | set(OF_TODAY)
CHINESE |= table("gb2312", LESS_COMMON) & table("big5", COMMON_IN_TAIWAN)
# Cut down to these characters, from @expo-google-fonts/.
CUT: dict[str, tuple[str, Iterable[int]]] = {
    "NotoSansMath-Regular.ttf": (
        "noto-sans-math/400Regular/NotoSansMath_400Regular.ttf",
        [*range(0x2010, 0x2C00), *range(0x1D400, 0x1D800)],
    ),
    "NotoSansSC-Regular.ttf": (
        "noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
        list(map(ord, CHINESE)),
    ),
    "NotoSansSymbols2-Regular.ttf": (
        "noto-sans-symbols-2/400Regular/NotoSansSymbols2_400Regular.ttf",
        [*range(0x2010, 0x2800), *range(0x2900, 0x2C00)],
    ),
}


def cut(source: Path, characters: Iterable[int], to: Path) -> None:
    """Without hints and layout tables."""
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(characters)
    wanted.flags = hb.SubsetFlags.NO_HINTING
    wanted.layout_feature_tag_set.clear()
    wanted.name_id_set.update(range(15))
    for table in (b"MATH", b"vhea", b"vmtx", b"STAT", b"BASE"):
        wanted.drop_table_tag_set.add(int.from_bytes(table, "big"))
    face = hb.Face(hb.Blob.from_file_path(str(source)))
    to.write_bytes(hb.subset(face, wanted).blob.data)


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
        first = TTFont(unpacked[0])["head"]
        font["head"].created, font["head"].modified = first.created, first.modified
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
    for name, (source, characters) in CUT.items():
        cut(modules / "@expo-google-fonts" / source, characters, TYPEFACES / name)
    for name, source in UNPACKED.items():
        fonts = modules / "@excalidraw" / "excalidraw" / "dist" / "prod" / "fonts"
        unpack(list((fonts / source).glob("*.woff2")), TYPEFACES / name)
    for file in sorted(TYPEFACES.glob("*.ttf")):
        print(f"{file.stat().st_size:9,} {file.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
