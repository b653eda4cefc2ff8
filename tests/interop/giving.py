"""Picture files, as people paste them or drop them onto the page of a board."""

import base64
import io
from typing import Any

from PIL import Image

from tests.interop.drawer import Drawer, page_of

PROBLEMS = "[...document.querySelectorAll('.sending [data-problem]')].map(li => li.dataset.problem)"
# The addresses of the pictures that are kept.
COPIES = """
    indexedDB.databases().then(all => all.find(({name}) => name.startsWith('solosync-pictures/')))
    .then(found => found && new Promise(done => {
        indexedDB.open(found.name).onsuccess = ({target: {result}}) => {
            const asked = result.transaction('about').objectStore('about').getAll();
            asked.onsuccess = () => {
                result.close();
                done(asked.result.map(({address}) => address));
            };
        };
    }))
"""
GIVE = """
window.give = (event, files, x, y) => {
  const data = new DataTransfer()
  for (const { name, base64, extra } of files) {
    const bytes = Uint8Array.from(atob(base64), char => char.charCodeAt(0))
    data.items.add(new File([bytes, new Uint8Array(extra)], name, { type: 'image/png' }))
  }
  const about = { bubbles: true, cancelable: true, clientX: x, clientY: y }
  const happening = event === 'paste'
    ? new ClipboardEvent('paste', { ...about, clipboardData: data })
    : new DragEvent(event, { ...about, dataTransfer: data })
  document.querySelector('#canvas').dispatchEvent(happening)
  return happening.defaultPrevented
}
"""


def picture(kind: str, size: tuple[int, int], color: str) -> bytes:
    file = io.BytesIO()
    image = Image.new("RGB", size, color)
    image.paste((0, 0, 0), (10, 10, size[0] // 2, size[1] // 2))
    image.save(file, kind)
    return file.getvalue()


def give(
    ann: Drawer, event: str, *files: bytes, at: tuple[int, int] = (0, 0), extra: int = 0
) -> bool:
    """Whether the page took it for itself."""
    given = [
        {"name": "a <b>.png", "base64": base64.b64encode(file).decode(), "extra": extra}
        for file in files
    ]
    taken: bool = ann.page.run(f"give({event!r}, {given}, {at[0]}, {at[1]})")
    return taken


def assets(device: Any, board: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page_of(device, board)["assets"]
    return found
