"""A board's pictures without the server: kept on the device with its copy, within bounds."""

import json

from tests.browser import IN_BROWSER, browsing
from tests.interop.drawer import Drawer
from tests.interop.giving import COPIES, picture
from tests.pictures import noise_png
from tests.servers import PATIENCE_SECONDS

pytestmark = IN_BROWSER
WHERE = (540, 400, 740, 500)  # in the window, once all of a page is shown
# Two that lie there since long ago, and one of another board that was used since.
OLD = """
    new Promise(done => indexedDB.databases().then(all => {
        const {name} = all.find(({name}) => name.startsWith('solosync-pictures/'));
        indexedDB.open(name).onsuccess = ({target: {result}}) => {
            const writing = result.transaction(['about', 'contents'], 'readwrite');
            for (const [session, address, bytes, used] of {rows}) {
                const [about, key] = [{session, address, bytes, used}, [session, address]];
                writing.objectStore('about').put(about, key);
                writing.objectStore('contents').put(new Blob(['old']), key);
            }
            writing.oncomplete = () => { result.close(); done() };
        };
    }))
"""


def wait_for_copies(page, expected):
    assert page.run(
        "new Promise(done => { const begun = Date.now(); const look = async () => {"
        f" const found = await {COPIES.strip()};"
        f" if (found?.sort().join() === {','.join(expected)!r}) done(true);"
        f" else if (Date.now() - begun > {PATIENCE_SECONDS * 1000}) done(false);"
        " else setTimeout(look, 20) }; look() })"
    ), page.run(COPIES)


def upload(device, board, content):
    """Its address."""
    about = {"session_id": board, "content_type": "image/png", "size_bytes": len(content)}
    prepared = device.http.post("/api/v1/solo/uploads/presign/", json=about).json()
    put = device.http.put(prepared["upload_url"], content=content, headers=prepared["headers"])
    assert put.status_code == 200
    return prepared["cdn_url"]


def board_of(device, *sources):
    """One with each picture on a page of its own."""
    place = {"type": "image", "x": 300, "y": 200, "width": 300, "height": 200}
    pages = [
        {"id": f"p{at}", "name": f"{at}", "assets": [{"id": f"a{at}", "src": source, **place}]}
        for at, source in enumerate(sources)
    ]
    return device.make_board({"pages": pages})


def test_pictures_of_all_pages_are_shown_without_the_server_and_go_with_the_board(server, device):
    first = upload(device, device.make_board(), picture("PNG", (300, 200), "red"))
    second = upload(device, device.make_board(), noise_png(1200, 1000))
    board = board_of(device, first, second)
    address = f"{server.url}/boards/{board}/draw"
    paths = sorted(source.removeprefix(server.url) for source in (first, second))
    with browsing() as page:
        ann = Drawer(page, server, board)
        page.wait_for("navigator.serviceWorker.controller")
        wait_for_copies(page, paths)
        page.call("Network.clearBrowserCache")
        server.kill()
        page.open(address)
        ann.wait_for_count(1)
        page.wait_for(ann.has_ink(*WHERE))
        page.run("location.hash = 'page=p1'")
        page.wait_for(f"location.hash.includes('p1') && {ann.has_ink(*WHERE)}")
        assert ann.page.run("document.querySelector('#status').dataset.state") == "offline"

        server.start()
        page.open(f"{server.url}/settings")
        page.wait_for("document.querySelectorAll('#kept-here li').length === 1")
        assert "1.2 MB" in page.run("document.querySelector('#kept-here li').innerText")
        page.run("document.querySelector('#kept-here button').click()")
        page.wait_for("document.querySelectorAll('#kept-here li').length === 0")
        wait_for_copies(page, [])
        link = device.share(board)["url"]
        page.open(link)
        page.wait_for(ann.has_ink(*WHERE))
        assert page.run(COPIES) == []

        rows = [
            [board, "of this board", 99.9e6, 2],
            ["b", "longest unused", 200e6, 1],
            ["b", "used since", 300e6, 3],
        ]
        page.run(OLD.replace("{rows}", json.dumps(rows)))
        ann.open()
        wait_for_copies(page, sorted([*paths, "used since"]))
        page.open(f"{server.url}/")
        page.follow("document.querySelector('[data-signs-out] button').click()")
        wait_for_copies(page, [])
