# ruff: noqa: RUF001 - Ukrainian is written in Cyrillic
"""What the page of a shared board says, in each language."""

from __future__ import annotations

from collections.abc import Mapping

from solosync.origin import Language

TEXTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "by": "Shared by {owner}",
        "gone": "This link doesn't lead anywhere",
        "gone_why": "It is wrong, or is good no more. Ask whoever sent it to you for another.",
        "locked": "This board is protected",
        "password": "Password",
        "open": "Open the board",
        "wrong": "That isn't this link's password.",
        "too_often": "Too many tries. Wait a minute, then try again.",
        "pages": "Pages",
        "download": "Download",
        "loading": "The board is being drawn…",
        "live": "Live: what is drawn shows up here.",
        "lost": "Not connected. Trying again…",
        "failed": "The picture can't be drawn just now.",
    },
    "uk": {
        "by": "Ділиться: {owner}",
        "gone": "Це посилання нікуди не веде",
        "gone_why": "Воно неправильне або вже не діє. Попросіть нове в того, хто його надіслав.",
        "locked": "Ця дошка захищена",
        "password": "Пароль",
        "open": "Відкрити дошку",
        "wrong": "Це не пароль від цього посилання.",
        "too_often": "Забагато спроб. Зачекайте хвилину і спробуйте ще раз.",
        "pages": "Сторінки",
        "download": "Завантажити",
        "loading": "Дошка малюється…",
        "live": "Наживо: усе, що малюють, видно тут.",
        "lost": "Немає з’єднання. Пробуємо ще раз…",
        "failed": "Зображення зараз не вдається намалювати.",
    },
}
