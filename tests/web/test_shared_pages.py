"""The page of a shared board: what it shows to whom, and which requests are a view."""

import dataclasses
import io
import json

import pytest
from PIL import Image

from tests.web.conftest import BOARDS
from tests.web.test_shares import proof, share
from tests.web.test_thumbnails import has_red as image_has_red

RED = {
    "id": "s", "tool": "pen", "color": "#ff0000", "size": 20, "opacity": 1,
    "points": [{"x": 10, "y": 10}, {"x": 300, "y": 200}],
}  # fmt: skip
STATE = {
    "pages": [
        {"id": "p", "name": "One", "strokes": []},
        {"id": "q", "name": "Two", "strokes": [RED]},
    ],
    "activePageId": "p",
}
BOTS = (
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
)
PERSON = "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/120.0 Mobile Safari/537.36"
MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}'


@pytest.fixture
def board(ann):
    return ann.make_board(STATE, name="Plan")


@pytest.fixture
def url(board):
    return f"{BOARDS}{board['id']}/"


@pytest.fixture
def views(ann, url):
    return lambda: ann.get(f"{url}share/").json()["view_count"]


@pytest.fixture
def visitor(client):
    """Somebody in a browser, which keeps cookies."""
    client.headers["Accept"] = "text/html,*/*"
    client.headers["User-Agent"] = PERSON
    yield client
    client.cookies.clear()


def path(made):
    return f"/solo/shared/{made['token']}"


def has_red(response):
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/png"
    return image_has_red(Image.open(io.BytesIO(response.content)))


def test_page_shows_who_shares_what_and_counts_nothing(ann, visitor, url, views):
    made = share(ann, url)
    page = visitor.get(path(made))
    assert page.status_code == 200
    assert "<h1>Plan</h1>" in page.text
    assert "Shared by Ann Example" in page.text
    assert '<meta property="og:title" content="Plan">' in page.text
    assert f'content="http://127.0.0.1:8765{path(made)}/preview.png"' in page.text
    assert '<meta name="robots" content="noindex, nofollow">' in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"
    assert f'<noscript><img src="{path(made)}/picture" alt="Plan"></noscript>' in page.text
    assert "Download" not in page.text
    assert views() == 0


def test_page_speaks_ukrainian(ann, visitor, url):
    made = share(ann, url)
    page = visitor.get(path(made), headers={"Accept-Language": "uk,en;q=0.5"})
    assert '<html lang="uk">' in page.text
    assert "Ділиться: Ann Example" in page.text


def test_picture_counts_a_view_once_an_hour(ann, visitor, url, views):
    made = share(ann, url, max_views=1)
    picture = visitor.get(f"{path(made)}/picture")
    assert not has_red(picture)
    assert views() == 1
    assert f"Path={path(made)};" in picture.headers["set-cookie"]
    assert "HttpOnly" in picture.headers["set-cookie"]
    assert has_red(visitor.get(f"{path(made)}/picture?page=2"))
    assert visitor.get(path(made)).status_code == 200
    assert views() == 1
    visitor.cookies.clear()
    assert visitor.get(f"{path(made)}/picture").status_code == 404
    assert visitor.get(path(made)).status_code == 404


def test_picture_is_of_the_board_as_it_is_now(ann, visitor, url):
    made = share(ann, url)
    assert not has_red(visitor.get(f"{path(made)}/picture"))
    ann.patch(url, json={"state": {"pages": [{"id": "p", "strokes": [RED]}]}})
    assert has_red(visitor.get(f"{path(made)}/picture"))


def test_pages_view_and_the_pictures_are_one(ann, visitor, url, views):
    made = share(ann, url, max_views=1)
    view = proof(visitor, made)["X-Share-View"]
    assert visitor.get(f"{path(made)}/picture", params={"view": view}).status_code == 200
    assert f'data-view="{view}"' in visitor.get(path(made)).text
    assert views() == 1


def test_programs_that_preview_links_count_nothing(ann, visitor, url, views):
    made = share(ann, url)
    for agent in BOTS:
        headers = {"User-Agent": agent}
        page = visitor.get(path(made), headers=headers)
        assert "og:image" in page.text, agent
        assert "shared.js" not in page.text
        for name in ("picture", "preview.png"):
            picture = visitor.get(f"{path(made)}/{name}", headers=headers)
            assert picture.status_code == 200
            assert max(Image.open(io.BytesIO(picture.content)).size) <= 640
        assert views() == 0, agent


def test_reading_ahead_and_parts_count_nothing(ann, visitor, url, views):
    made = share(ann, url)
    for headers in ({"Range": "bytes=0-99"}, {"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}):
        assert visitor.get(f"{path(made)}/picture", headers=headers).status_code == 200
        assert views() == 0, headers


def test_head_counts_nothing(ann, visitor, url, views):
    made = share(ann, url, max_views=1)
    for name in ("", "/picture", "/download"):
        visitor.head(f"{path(made)}{name}")
    assert views() == 0
    assert visitor.get(f"{path(made)}/picture").status_code == 200


def test_nobody_sees_by_a_preview_what_is_protected_or_counted(ann, visitor, url, views):
    for fields in ({"max_views": 3}, {"password": "open sesame"}):
        made = share(ann, url, **fields)
        assert "og:image" not in visitor.get(path(made)).text
        assert visitor.get(f"{path(made)}/preview.png").status_code == 404
        bot = visitor.get(f"{path(made)}/picture", headers={"User-Agent": BOTS[0]})
        assert bot.status_code == 404
        assert views() == 0


def test_links_that_are_no_good_look_alike(ann, visitor, url):
    revoked = share(ann, url, password="open sesame")
    ann.delete(f"{url}share/")
    pages = [visitor.get(path(revoked)), visitor.get("/solo/shared/wrong")]
    pages.append(visitor.post("/solo/shared/wrong", data={"password": "x"}))
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert "This link doesn't lead anywhere" in pages[0].text.replace("&#39;", "'")


def test_password_is_asked_for_by_a_form(ann, visitor, url, views):
    made = share(ann, url, password="open sesame")
    page = visitor.get(path(made))
    assert page.status_code == 401
    assert "www-authenticate" not in page.headers
    assert "Plan" not in page.text
    assert "Ann" not in page.text
    assert visitor.get(f"{path(made)}/picture").status_code == 401
    wrong = visitor.post(path(made), data={"password": "guess"})
    assert wrong.status_code == 401
    assert 'role="alert"' in wrong.text
    assert views() == 0
    right = visitor.post(path(made), data={"password": "open sesame"}, follow_redirects=False)
    assert (right.status_code, right.headers["location"]) == (303, path(made))
    assert "<h1>Plan</h1>" in visitor.get(path(made)).text
    assert visitor.get(f"{path(made)}/picture").status_code == 200
    assert views() == 1


def test_password_can_not_be_guessed_by_the_form(ann, visitor, url):
    made = share(ann, url, password="open sesame")
    for _ in range(5):
        visitor.post(path(made), data={"password": "guess"})
    refused = visitor.post(path(made), data={"password": "open sesame"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "Too many tries" in refused.text


def test_another_sites_form_opens_nothing(ann, visitor, url):
    made = share(ann, url, password="open sesame")
    answer = visitor.post(
        path(made), data={"password": "open sesame"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_files_come_only_where_the_link_allows_it(ann, visitor, url, views):
    made = share(ann, url)
    visitor.get(f"{path(made)}/picture")
    for format in ("png", "svg", "pdf", "json"):
        assert visitor.get(f"{path(made)}/download?format={format}").status_code == 403
    visitor.cookies.clear()
    made = share(ann, url, allow_download=True)
    assert f'{path(made)}/download?format=pdf"' in visitor.get(path(made)).text
    begins = {"png": b"\x89PNG", "svg": b"<", "pdf": b"%PDF"}
    for format, start in begins.items():
        file = visitor.get(f"{path(made)}/download?format={format}&page=2")
        assert file.status_code == 200
        assert file.content.startswith(start)
        assert file.headers["content-disposition"].startswith('attachment; filename="Plan.')
    assert json.loads(visitor.get(f"{path(made)}/download?format=json").content) == STATE
    assert visitor.get(f"{path(made)}/download?format=exe").status_code == 400
    assert views() == 1


def test_file_for_somebody_new_is_a_view(ann, visitor, url):
    made = share(ann, url, allow_download=True, max_views=1)
    assert visitor.get(f"{path(made)}/download?format=json").status_code == 200
    visitor.cookies.clear()
    assert visitor.get(f"{path(made)}/download?format=json").status_code == 404


def test_page_that_the_board_has_not(ann, visitor, url, views):
    made = share(ann, url)
    assert visitor.get(f"{path(made)}/picture?page=3").status_code == 404
    assert visitor.get(f"{path(made)}/picture?page=0").status_code == 400
    assert views() == 0


def test_pages_of_a_board_are_linked(ann, visitor, url):
    made = share(ann, url)
    page = visitor.get(f"{path(made)}?page=2")
    assert f'<a href="{path(made)}?page=1">1</a>' in page.text
    assert f'<a href="{path(made)}?page=2" aria-current="page">2</a>' in page.text
    assert f"{path(made)}/picture?page=2" in page.text


def test_markup_in_names_is_inert(ann, sign_in, visitor):
    mallory = sign_in(full_name=MARKUP)
    board = mallory.make_board(STATE, name=MARKUP)
    made = share(mallory, f"{BOARDS}{board['id']}/", allow_download=True)
    page = visitor.get(path(made))
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert "<img src=x" not in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    file = visitor.get(f"{path(made)}/download?format=svg")
    assert b"<script" not in file.content
    assert "sandbox" in file.headers["content-security-policy"]


def test_thumbnail_that_a_link_shows_ends_with_it(ann, visitor, url):
    ann.post(f"{url}thumbnail/")
    lasting = ann.get(url).json()["thumbnail_url"]
    made = share(ann, url, max_views=1)
    shown = visitor.get(f"/api/v1/solo/public/{made['token']}/").json()["thumbnail_url"]
    assert shown.partition("?")[0] != lasting.partition("?")[0]
    assert visitor.get(shown).headers["content-type"] == "image/png"
    assert visitor.get(shown.partition("?")[0]).status_code == 404
    ann.delete(f"{url}share/")
    assert visitor.get(shown).status_code == 404


def test_many_at_once_cost_one_picture(ann, visitor, url):
    made = share(ann, url)
    pictures = visitor.app.state["services"].shared_pictures
    for _ in range(3):
        assert visitor.get(f"{path(made)}/picture").status_code == 200
    assert len(pictures._kept) == 1


def test_board_that_is_too_large_is_not_drawn(serving, config, sign_in):
    client = serving(dataclasses.replace(config, export_max_state_bytes=10))
    dora = sign_in(client=client)
    made = share(dora, f"{BOARDS}{dora.make_board(STATE)['id']}/")
    assert client.get(path(made)).status_code == 200
    assert client.get(f"{path(made)}/picture").status_code == 413


def test_link_is_made_and_ended_on_the_boards_page(ann, visitor, board, url):
    own = f"/boards/{board['id']}"
    assert "Make a link" in ann.get(own).text
    form = {"days": "3", "max_views": "2", "password": "open sesame", "allow_download": "1"}
    form |= {"may_edit": "1"}
    made = ann.post(f"{own}/share", data=form, follow_redirects=False)
    assert (made.status_code, made.headers["location"]) == (303, f"{own}#share")
    found = ann.get(f"{url}share/").json()
    assert (found["max_views"], found["has_password"]) == (2, True)
    assert (found["allow_download"], found["may_edit"]) == (True, True)
    proof(visitor, found, password="open sesame")
    page = ann.get(own, headers={"Accept": "text/html"}).text
    for told in (found["url"], "1 view / 2", "3 days left", "with a password", PERSON):
        assert told in page, told
    assert "<strong>shared</strong>" in ann.get("/").text
    ended = ann.post(f"{own}/unshare", follow_redirects=False)
    assert ended.status_code == 303
    assert ann.get(f"{url}share/").json() == {"is_shared": False}
    assert "Make a link" in ann.get(own).text
    assert "<strong>shared</strong>" not in ann.get("/").text


def test_form_of_a_link_that_can_not_be_meant_makes_none(ann, board, url):
    for form in ({"days": "x"}, {"days": "-1"}, {"days": "7", "max_views": "0"}):
        answer = ann.post(f"/boards/{board['id']}/share", data=form)
        assert answer.status_code == 400
    assert ann.get(f"{url}share/").json() == {"is_shared": False}


def test_link_for_ever_by_the_form(ann, board, url):
    ann.post(f"/boards/{board['id']}/share", data={"days": "0"})
    assert ann.get(f"{url}share/").json()["expires_at"] is None
    assert "never expires" in ann.get(f"/boards/{board['id']}").text


def test_all_links_stand_on_a_page_where_they_are_ended(ann, sign_in, visitor, board, url):
    empty = ann.get("/links", headers={"Accept": "text/html"})
    assert "No board is shared by a link." in empty.text
    made = share(ann, url, password="x", may_edit=True, max_views=5)
    proof(visitor, made, password="x")
    page = ann.get("/links", headers={"Accept": "text/html"}).text
    for told in (made["url"], f"/boards/{board['id']}#share", "1 view / 5", "7 days left"):
        assert told in page
    for told in ("with a password", "may draw", "last seen", "data-copy"):
        assert told in page
    assert made["url"] in ann.get(f"/boards/{board['id']}").text
    ended = ann.post(f"/links/{made['id']}/end", follow_redirects=False)
    assert (ended.status_code, ended.headers["location"]) == (303, "/links?done=link_ended")
    assert ann.get(f"{url}share/").json() == {"is_shared": False}
    mallory = sign_in(full_name=MARKUP)
    other = mallory.make_board(STATE, name=MARKUP)
    share(mallory, f"{BOARDS}{other['id']}/")
    assert "<script>alert" not in mallory.get("/links").text
