"""The icons of the app, drawn by a browser from the one that pages show: `python -m
tests.interop.icons` writes them, and a test holds them to it."""

import base64
from pathlib import Path

from tests.browser import Page, browsing
from tests.servers import ROOT

STATIC = ROOT / "solosync" / "web" / "pages" / "static"
# A maskable icon is cut to a shape by the system: it fills the square, and what it shows keeps to
# the middle.
SIZES = {"icon-192.png": 192, "icon-512.png": 512, "icon-maskable.png": 512}
PAGE = """
    (() => {
        const isMaskable = %s;
        const shape = new DOMParser().parseFromString(%r, "image/svg+xml").documentElement;
        if (isMaskable) {
            shape.setAttribute("viewBox", "-4 -4 40 40");
            const ground = shape.querySelector("rect");
            const all = {x: -4, y: -4, width: 40, height: 40, rx: 0};
            for (const name in all) ground.setAttribute(name, all[name]);
        }
        const [size, canvas] = [%d, document.createElement("canvas")];
        shape.setAttribute("width", size);
        shape.setAttribute("height", size);
        canvas.width = canvas.height = size;
        const picture = new Image();
        picture.src = `data:image/svg+xml,${encodeURIComponent(shape.outerHTML)}`;
        return picture.decode().then(() => {
            canvas.getContext("2d").drawImage(picture, 0, 0);
            return canvas.toDataURL("image/png").split(",")[1];
        });
    })()
"""


def draw(page: Page, name: str) -> bytes:
    source = (STATIC / "icon.svg").read_text("utf-8")
    is_maskable = str("maskable" in name).lower()
    return base64.b64decode(page.run(PAGE % (is_maskable, source, SIZES[name])))


def write(folder: Path = STATIC) -> None:
    with browsing() as page:
        for name in SIZES:
            (folder / name).write_bytes(draw(page, name))


if __name__ == "__main__":
    write()
