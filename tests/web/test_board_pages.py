# ruff: noqa: RUF001 - some of it is Ukrainian
import dataclasses
import re

import jinja2
import pytest
from jinja2 import nodes

from solosync.web import texts, texts_uk_errors
from solosync.web.static import PAGES
from tests.asserts import assert_problem
from tests.web.conftest import BOARDS

UKRAINIAN = {"Accept-Language": "uk"}
NASTY = "<b>x</b>\"'&{{ 7 * 7 }}"
SAFE = "&lt;b&gt;x&lt;/b&gt;&#34;&#39;&amp;{{ 7 * 7 }}"


def do(person, board, verb, **fields):
    path = f"/boards/{board['id']}/{verb}"
    return person.post(path, data={"back": "/"} | fields, follow_redirects=False)


def names(page):
    return re.findall(r'<a class="name"[^>]*>([^<]*)</a>', page)


def listed(person, query=""):
    return names(person.get(f"/{query}").text)


# -- the start page ----------------------------------------------------------------------------


def test_boards_are_found_and_sorted(ann):
    for name in ("Plum", "apple", "Apricot"):
        ann.make_board(name=name)
    assert listed(ann) == ["Apricot", "apple", "Plum"]
    assert listed(ann, "?sort=name") == ["apple", "Apricot", "Plum"]
    assert listed(ann, "?name=AP&sort=-created_at") == ["Apricot", "apple"]
    assert "Nothing is called like that." in ann.get("/?name=none").text


@pytest.mark.parametrize("query", ["", "sort=name", "name=&sort=name", "name=board&sort=-name"])
def test_more_boards_are_a_click_away_and_each_is_shown_once(ann, query):
    made = {ann.make_board(name=f"Board {number}")["name"] for number in range(30)}
    page = ann.get(f"/?{query}").text
    (more,) = re.findall(r'hx-get="(/[?][^"]*cursor=[^"]*)"', page)
    rest = ann.get(more.replace("&amp;", "&")).text
    assert len(names(page)) == 24
    assert sorted(names(page) + names(rest)) == sorted(made)
    assert 'id="more"' not in rest
    assert rest.count("data-focus") == 1


def test_card_tells_where_a_board_was_changed_and_what_is_kept(ann):
    ann.make_board({"pages": [{}, {}]}, name=NASTY)
    page = ann.get("/").text
    assert SAFE in page
    assert "on Test" in page
    assert "1 board here" in page
    assert "No picture yet" in page


def test_pictures_of_other_sites_are_not_loaded(ann):
    ann.make_board(thumbnail_url="https://evil.example/x.png")
    ann.make_board(thumbnail_url="data:image/png;base64,AAAA")
    page = ann.get("/").text
    assert "evil.example" not in page
    assert 'src="data:image/png;base64,AAAA"' in page


def test_pages_hold_no_script_and_no_style_of_their_own(ann):
    board = ann.make_board()
    for path in ("/", "/trash", f"/boards/{board['id']}"):
        page = ann.get(path).text
        assert re.findall(r"<script(?![^>]*src=)", page) == []
        assert not re.search(r"<style|\sstyle=|\son\w+=|hx-on|javascript:|hx-vals=.js", page)


# -- what the buttons do -----------------------------------------------------------------------


def test_new_board_opens(ann):
    response = ann.post("/boards", data={"name": " Plan "}, follow_redirects=False)
    assert response.status_code == 303
    page = ann.get(response.headers["location"]).text
    assert 'data-name="Plan"' in page
    ann.post("/boards", data={})
    assert "Untitled" in ann.get("/").text


def test_who_has_no_board_yet_gets_one_by_a_key(ann):
    page = ann.get("/").text
    assert re.findall(r"<button[^>]* autofocus[^>]*>([^<]*)<", page) == ["New board"]
    assert page.count('action="/boards"') == 1
    ann.make_board()
    assert "autofocus" not in ann.get("/").text


def test_cards_lead_to_where_a_board_is_drawn_on(ann):
    solo = ann.make_board()["id"]
    scene = {"type": "excalidraw", "elements": [], "appState": {}, "files": {}}
    other = ann.make_board(scene)["id"]
    page = ann.get("/").text
    found = re.findall(r'<a class="name" href="([^"]*)"', page)
    assert found == [f"/boards/{other}", f"/boards/{solo}/draw"]
    assert re.findall(r'<a class="choice" href="([^"]*)"', page) == [
        f"/boards/{other}",
        f"/boards/{solo}",
    ]


def test_board_is_renamed_and_the_page_says_so(ann):
    board = ann.make_board(name="Old")
    response = do(ann, board, "rename", name=" New ", back="/?sort=name&done=trashed")
    assert response.headers["location"] == "/?sort=name&done=renamed"
    page = ann.get(response.headers["location"]).text
    assert names(page) == ["New"]
    assert "has its new name" in page


@pytest.mark.parametrize("name", ["", "  ", "x" * 256])
def test_unusable_name_changes_nothing_and_is_told_in_place(ann, name):
    board = ann.make_board(name="Old")
    headers = {"Accept": "text/html"}
    form = {"name": name, "back": "/"}
    response = ann.post(f"/boards/{board['id']}/rename", data=form, headers=headers)
    assert response.status_code == 400
    assert re.search(r'<p id="reason" role="alert">[^<]*1 to 255 characters', response.text)
    assert listed(ann) == ["Old"]


def test_board_is_copied(ann):
    board = ann.make_board({"pages": [{"strokes": [{"id": "s"}]}]}, name="Plan")
    assert do(ann, board, "duplicate").status_code == 303
    assert sorted(listed(ann)) == ["Plan", "Plan (Copy)"]


def test_board_goes_to_the_trash_and_comes_back(ann):
    board = ann.make_board(name="Plan")
    after = do(ann, board, "trash").headers["location"]
    page = ann.get(after).text
    assert names(page) == []
    assert f'action="/boards/{board["id"]}/restore"' in page
    assert "Plan" in ann.get("/trash").text
    assert_problem(ann.get(f"/boards/{board['id']}"), 404)
    assert do(ann, board, "restore", back="/trash").headers["location"] == "/trash?done=restored"
    assert "The trash is empty" in ann.get("/trash?done=restored").text
    assert listed(ann) == ["Plan"]


def test_undo_is_offered_for_ones_own_boards_alone(ann, bob):
    board = bob.make_board(name="Secret")
    do(bob, board, "trash")
    page = ann.get(f"/?done=trashed&board={board['id']}").text
    assert "Undo" not in page
    assert "Undo" not in ann.get("/?done=trashed&board=%3Cx%3E").text


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "/x", "/?a=<", "/trash\r\nX: y"],
)
def test_forms_lead_back_to_our_own_pages_alone(ann, path):
    board = ann.make_board()
    response = do(ann, board, "duplicate", back=path)
    assert response.headers["location"] == "/?done=duplicated"
    assert "x" not in response.headers


@pytest.mark.parametrize("verb", ["rename", "duplicate", "trash", "restore", "export"])
def test_another_sites_page_uses_no_form_of_a_board(ann, client, verb):
    board = ann.make_board(name="Plan")
    headers = ann.cookies | {"Origin": "https://evil.example"}
    form = {"name": "Mine", "format": "json", "back": "/"}
    response = client.post(f"/boards/{board['id']}/{verb}", data=form, headers=headers)
    assert_problem(response, 403)
    assert listed(ann) == ["Plan"]


# -- files -------------------------------------------------------------------------------------


def bring(person, *files, **settings):
    sent = [("file", (name, content, "application/json")) for name, content in files]
    return person.post("/boards/import", files=sent, follow_redirects=False, **settings)


def test_each_file_becomes_a_board_called_as_the_file_is(ann, bob):
    solo = b'\xef\xbb\xbf{"pages": [{"id": "p1", "strokes": []}], "note": "kept"}'
    excalidraw = b'{"type": "excalidraw", "elements": [], "appState": {}}'
    response = bring(ann, ("C:\\boards\\Plan <1>.json", solo), ("Sketch.excalidraw", excalidraw))
    assert response.headers["location"] == "/?done=imported"
    assert listed(ann) == ["Sketch", "Plan &lt;1&gt;"]
    assert "on Test" in ann.get("/").text
    assert listed(bob) == []


def test_file_that_is_no_board_is_named_and_keeps_no_other_out(ann):
    response = bring(ann, ("<b>.json", b"[1]"), ("Plan.json", b'{"pages": []}'), ("c.json", b"{"))
    assert response.status_code == 200
    assert "&lt;b&gt;.json" in response.text and "<b>.json" not in response.text
    assert response.text.count('class="error"') == 2
    assert listed(ann) == ["Plan"]


def test_file_larger_than_a_board_may_be_is_refused_alone(serving, config, sign_in):
    client = serving(dataclasses.replace(config, max_state_bytes=100_000))
    person = sign_in(client=client)
    response = bring(person, ("a.json", b'{"x": "%s"}' % (b"x" * 100_000)), ("b.json", b"{}"))
    assert "The file is too large." in response.text
    assert listed(person) == ["b"]
    assert_problem(bring(person, ("a.json", b"x" * 500_000)), 413)


def test_form_without_a_file_is_told_so(ann):
    response = bring(ann, ("", b""), headers={"Accept": "text/html"} | UKRAINIAN)
    assert response.status_code == 400
    assert "Виберіть хоча б один файл." in response.text


def test_nothing_of_an_import_stays_behind_but_the_boards(ann, config):
    bring(ann, ("a.json", b"{"), ("b.json", b"{}"))
    assert [
        file for file in config.data_dir.rglob("*") if file.name in ("received", "0", "1")
    ] == []


# -- one board ---------------------------------------------------------------------------------


def test_export_is_asked_for_and_downloaded(ann, client):
    board = ann.make_board({"pages": [], "note": "kept"}, name="Plan")
    response = do(ann, board, "export", format="json")
    assert response.headers["location"] == f"/boards/{board['id']}#exports"
    page = ann.get(f"/boards/{board['id']}").text
    (address,) = re.findall(r'href="([^"]*/exports/[^"]*)"', page)
    assert client.get(address.replace("&amp;", "&")).json()["note"] == "kept"


@pytest.mark.parametrize("format", ["", "exe", "<b>"])
def test_unknown_kind_of_export_is_refused(ann, format):
    board = ann.make_board()
    assert do(ann, board, "export", format=format).status_code == 400
    assert "Being drawn" not in ann.get(f"/boards/{board['id']}").text


def test_earlier_version_is_brought_back(ann):
    board = ann.make_board({"pages": [{"id": "p1", "strokes": []}]}, name="Plan")
    path = f"{BOARDS}{board['id']}/"
    ann.patch(path, json={"state": {"pages": [{"id": "p1", "strokes": [{"id": "s"}]}]}})
    here = f"/boards/{board['id']}"
    assert "As it is now" in ann.get(here).text
    response = do(ann, board, "versions/0/restore", back=here)
    assert response.headers["location"] == f"{here}?done=brought_back"
    assert ann.get(path).json()["state"]["pages"][0]["strokes"] == []
    told = re.findall(r'<span class="name">([^<]*)</span>', ann.get(here, headers=UKRAINIAN).text)
    assert told == ["повернено давнішу версію", "додано: 1", "створено"]
    assert_problem(do(ann, board, "versions/99/restore"), 404)


@pytest.mark.parametrize("board_id", ["00000000-0000-4000-8000-000000000000", "x", "<b>"])
def test_board_that_is_not_there_is_a_page_that_says_so(ann, board_id):
    response = ann.get(f"/boards/{board_id}", headers={"Accept": "text/html"} | UKRAINIAN)
    assert response.status_code == 404
    assert "Такої дошки немає." in response.text
    assert "<b>" not in response.text


# -- languages ---------------------------------------------------------------------------------


def test_pages_speak_ukrainian(ann):
    for _ in range(5):
        ann.make_board({"pages": [{}, {}]})
    page = ann.get("/", headers=UKRAINIAN).text
    assert '<html lang="uk">' in page
    assert "Ваші дошки" in page
    assert "2 сторінки" in page
    assert "щойно" in page
    assert "Тут 5 дошок, разом" in page
    assert '<html lang="en">' in ann.get("/").text


@pytest.mark.parametrize(
    "number, words",
    [(1, "1 дошка"), (3, "3 дошки"), (5, "5 дошок"), (11, "11 дошок"), (22, "22 дошки")],
)
def test_ukrainian_counts_in_three_forms(monkeypatch, number, words):
    monkeypatch.setattr(texts, "language", lambda: "uk")
    assert texts.count(number, "board") == words


def sentences(page):
    """What is given to `t` in a template as it stands there."""
    for call in jinja2.Environment().parse(page.read_text("utf-8")).find_all(nodes.Call):
        is_said = isinstance(call.node, nodes.Name) and call.node.name == "t"
        if is_said and isinstance(call.args[0], nodes.Const):
            yield call.args[0].value


def test_every_sentence_of_the_pages_is_there_in_ukrainian():
    said = {(page.name, sentence) for page in PAGES.glob("*.html") for sentence in sentences(page)}
    assert len(said) > 100
    assert [where for where in said if where[1] not in texts.UKRAINIAN] == []


def test_translations_take_the_same_values():
    for english, ukrainian in (texts.UKRAINIAN | texts_uk_errors.PATTERNS).items():
        found = [sorted(re.findall(r"\{\w+\}", text)) for text in (english, ukrainian)]
        assert found[0] == found[1], english
