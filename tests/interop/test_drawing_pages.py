"""The pages of a board, in real browsers: renamed, moved, copied, deleted and brought back; and
what two people do to them apart meets."""

import json

import pytest

from tests.browser import IN_BROWSER
from tests.interop.boards import on_disk, stroke
from tests.interop.drawer import drawing
from tests.live import strokes

pytestmark = IN_BROWSER
NAMES = ["One", "Two", "Three"]
TABS = "[...document.querySelectorAll('footer nav button')].map(tab => tab.textContent)"
CURRENT = "document.querySelector('[aria-current=page]').textContent"


def page_of(name):
    return {
        "id": name,
        "name": name,
        "odd": {"kept": [name]},
        "background": {"type": "grid", "gridSize": 30},
        "strokes": [stroke(f"{name} {number}", odd=number) for number in range(2)],
        "assets": [7],  # no element, and kept all the same
    }


@pytest.fixture
def board(device):
    return device.make_board({"pages": [page_of(name) for name in NAMES]})


class Paging:
    """Somebody who leafs through a board."""

    def __init__(self, drawer, device):
        self.drawer, self.page, self.device = drawer, drawer.page, device
        drawer.wait_for_count(2)

    def pages(self):
        self.drawer.wait_for_status("Saved")
        return self.device.get(self.drawer.board)["state"]["pages"]

    def wait_for_tabs(self, *names):
        self.page.wait_for(f"JSON.stringify({TABS}) === JSON.stringify({json.dumps(names)})")

    def show(self, name):
        self.page.run(f"{self.tab(name)}.click()")

    def tab(self, name):
        tabs = "[...document.querySelectorAll('footer nav button')]"
        return f"{tabs}.find(tab => tab.textContent === {json.dumps(name)})"

    def rename(self, name, to):
        twice = "dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))"
        self.page.run(f"{self.tab(name)}.{twice}")
        self.page.wait_for("document.activeElement.matches('input.name')")
        self.page.call("Input.insertText", text=to)
        self.press("Enter")

    def press(self, key, *, control=False):
        about = f"{{key: {key!r}, ctrlKey: {json.dumps(control)}, bubbles: true}}"
        event = f"new KeyboardEvent('keydown', {about})"
        self.page.run(f"document.activeElement.dispatchEvent({event})")

    def choose(self, label):
        """In the menu of the page that is shown."""
        self.page.run("document.querySelector('footer .more').click()")
        buttons = "[...document.querySelectorAll('.sheet button')]"
        found = f"{buttons}.find(one => (one.ariaLabel ?? one.textContent.trim()) === {label!r})"
        self.page.run(f"{found}.click()")

    def drag(self, name, onto):
        places = [
            self.page.run(
                f"(() => {{ const place = {self.tab(one)}.getBoundingClientRect();"
                "return [place.left + place.width / 2, place.top + place.height / 2] })()"
            )
            for one in (name, onto)
        ]
        (start, y), (end, _) = places
        self.drawer.drag((start, y), ((start + end) / 2, y), (end + (5 if end > start else -5), y))


def test_pages_are_renamed_moved_copied_and_deleted_and_each_is_one_step_to_undo(
    server, device, board
):
    with drawing(server, board) as drawer:
        ann = Paging(drawer, device)
        before = ann.pages()
        ann.rename("Two", "Zwei <b>")
        ann.wait_for_tabs("One", "Zwei <b>", "Three")
        ann.page.wait_for(f"document.activeElement === {ann.tab('Zwei <b>')}")
        assert ann.pages() == [before[0], {**before[1], "name": "Zwei <b>"}, before[2]]
        drawer.press("z", control=True)

        ann.wait_for_tabs(*NAMES)
        ann.drag("Three", "One")
        ann.wait_for_tabs("Three", "One", "Two")
        assert ann.pages() == [before[2], before[0], before[1]]
        ann.page.run(f"{ann.tab('Three')}.focus()")
        ann.press("ArrowRight", control=True)
        ann.wait_for_tabs("One", "Three", "Two")
        ann.page.wait_for(f"document.activeElement === {ann.tab('Three')}")
        drawer.press("z", control=True)
        drawer.press("z", control=True)
        ann.wait_for_tabs(*NAMES)

        ann.show("Two")
        drawer.draw()
        drawer.wait_for_count(3)
        ann.show("One")
        drawer.press("z", control=True)  # what was done there is undone there
        ann.page.wait_for(f"{CURRENT} === 'Two'")
        ann.show("One")
        drawer.press("z", control=True, shift=True)
        ann.page.wait_for(f"{CURRENT} === 'Two'")
        drawer.wait_for_count(3)
        drawer.press("z", control=True)
        ann.choose("Duplicate")
        ann.wait_for_tabs("One", "Two", "Two (copy)", "Three")
        assert ann.page.run(CURRENT) == "Two (copy)"
        [_, two, copy, _] = ann.pages()
        assert {**copy, "id": "Two", "name": "Two", "strokes": 0} == {**two, "strokes": 0}
        assert [{**one, "id": 0} for one in copy["strokes"]] == [
            {**one, "id": 0} for one in two["strokes"]
        ]
        ids = [one["id"] for one in strokes(device.get(board)["state"])]
        assert len(ids) == len(set(ids)) == 8
        ann.choose("Dots")
        ann.choose("Mint")
        paper = {"type": "dots", "gridSize": 30, "color": "#eaf7ee"}
        assert ann.pages()[2]["background"] == paper

        address = ann.page.run("location.href")
        assert address.endswith(f"#page={copy['id']}")
        ann.page.open("about:blank")
        ann.page.open(address)
        ann.page.wait_for(f"document.querySelector('[aria-current]') && {CURRENT} === 'Two (copy)'")
        ann.choose("Delete the page")
        ann.wait_for_tabs(*NAMES)
        assert ann.page.run(CURRENT) == "Three"
        assert ann.pages() == before
        ann.page.run("document.querySelector('.hint button').click()")
        ann.wait_for_tabs("One", "Two", "Two (copy)", "Three")
        assert ann.page.run(CURRENT) == "Two (copy)"
        assert ann.pages()[2] == {**copy, "background": paper}
        assert drawer.complaints() == []
        found = device.get(board)["state"]
    server.stop()
    assert on_disk(server, board) == found
    server.start()


def test_what_two_people_do_to_pages_apart_meets_and_undo_takes_back_ones_own_only(
    server, device, board
):
    with drawing(server, board) as first, drawing(server, board) as second:
        ann, bob = Paging(first, device), Paging(second, device)
        second.go_offline()
        bob.rename("One", "Eins")
        bob.drag("Three", "Eins")
        bob.show("Two")
        second.draw()
        ann.rename("Three", "Drei")
        ann.drag("One", "Drei")
        ann.show("Two")
        ann.choose("Delete the page")
        ann.wait_for_tabs("Drei", "One")
        first.wait_for_status("Saved")
        second.go_offline(False)
        for one in (ann, bob):
            one.page.wait_for(f"{TABS}.length === 2 && {TABS}.includes('Eins')")
        second.wait_for_status("Saved")
        first.wait_for_status("Saved")
        shown = [one["name"] for one in ann.pages()]
        assert sorted(shown) == ["Drei", "Eins"]
        assert ann.page.run(TABS) == bob.page.run(TABS) == shown
        ann.drawer.press("z", control=True)  # the page is back, and what Bob drew on it
        bob.page.wait_for(f"{TABS}.includes('Two')")
        second.wait_for_status("Saved")
        [two] = [one for one in ann.pages() if one["id"] == "Two"]
        assert len(two["strokes"]) == 3
        assert two["assets"] == [7]
        ann.drawer.press("z", control=True)
        ann.drawer.press("z", control=True)
        ann.drawer.press("z", control=True)  # nothing is left of one's own
        bob.page.wait_for(f"{TABS}.includes('Three')")
        assert "Eins" in bob.page.run(TABS)
        assert first.complaints() == []
