# ruff: noqa: RUF001 - some of it is Ukrainian
"""Every sentence that a page may show when something goes wrong is there in Ukrainian."""

import ast
import functools

import pytest

from solosync.web import texts
from tests.servers import ROOT

CODE = ROOT / "solosync"
# What only programs meet, and the person at the terminal.
NOT_ON_PAGES = {
    *("domain/archives.py", "domain/backups.py", "domain/restoring.py"),
    *("domain/api_keys.py", "domain/audit.py", "domain/audit_chain.py", "domain/features.py"),
    *("domain/files.py", "domain/image_headers.py", "domain/jobs.py", "domain/mail.py"),
    *("domain/notifications.py", "domain/organizations.py", "domain/members.py"),
    *("web/bodies.py", "web/credentials.py", "web/repeats.py", "web/cors.py", "web/errors.py"),
}
ROUTES_WITH_PAGES = {"invitations", "openid", "pairings", "shared", "sign_in", "thumbnails"}


def modules():
    for path in sorted([CODE / "errors.py", *CODE.glob("domain/*.py"), *CODE.glob("web/*.py")]):
        if str(path.relative_to(CODE)) not in NOT_ON_PAGES:
            yield path
    yield from CODE.glob("web/routes/pages/*.py")
    yield from (CODE / "web" / "routes" / f"{name}.py" for name in sorted(ROUTES_WITH_PAGES))


@functools.cache
def constants(path):
    return {
        target.id: node.value
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def spelled(path, node):
    """As somebody reads it: with a number where a value goes. None for what is no text."""
    if isinstance(node, ast.Name) and node.id in constants(path):
        return spelled(path, constants(path)[node.id])
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(getattr(part, "value", "7") if isinstance(part, ast.Constant) else "7"
                       for part in node.values)  # fmt: skip
    return None


def errors(path):
    """What is given to the errors that are raised or returned there."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Raise | ast.Return):
            called = node.exc if isinstance(node, ast.Raise) else node.value
            if not (isinstance(called, ast.Call) and isinstance(called.func, ast.Name)):
                continue
            for given in called.args:
                text = spelled(path, given)
                if text and called.func.id == "NotFound" and given is called.args[0]:
                    yield f"There is no such {text}."
                elif text and text[0].isupper() and text.endswith("."):
                    yield text
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id == "default_message" and node.value:
                yield spelled(path, node.value)


def test_every_error_of_the_pages_is_there_in_ukrainian(monkeypatch):
    monkeypatch.setattr(texts, "language", lambda: "uk")
    said = {(str(path.relative_to(CODE)), text) for path in modules() for text in errors(path)}
    assert len(said) > 60
    assert sorted(text for text in said if texts.text(text[1]) == text[1]) == []


@pytest.mark.parametrize(
    "english, ukrainian",
    [
        ("Too many tries. Wait 34 s.", "Забагато спроб. Зачекайте 34 с."),
        ("'a{b}' is no email address.", "'a{b}' — не електронна адреса."),
        ("You belong to <b>\n</b> already.", "Ви вже належите до «<b>\n</b>»."),
        ("What nobody says.", "What nobody says."),
    ],
)
def test_what_an_error_tells_of_stays_as_it_is(monkeypatch, english, ukrainian):
    monkeypatch.setattr(texts, "language", lambda: "uk")
    assert texts.text(english) == ukrainian
