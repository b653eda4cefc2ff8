"""What the mails say, in each language.

`{life}` is how long a code or link works; all else in braces are the template's own fields.
"""

# ruff: noqa: RUF001 - Cyrillic letters that look like Latin ones are meant

from collections.abc import Callable, Mapping
from typing import NamedTuple

from solosync.origin import Language
from solosync.records.mails import Template


class Wording(NamedTuple):
    """A mail's paragraphs. After ``lead`` comes the code, if there is one, and after
    ``before_link`` the link, as a button that says ``button``."""

    subject: str
    lead: str
    after: tuple[str, ...]
    before_link: str = ""
    button: str = ""


class Texts(NamedTuple):
    """A language: its mails, its words for roles, and how it says a length of time."""

    mails: Mapping[Template, Wording]
    roles: Mapping[str, str]
    minutes: Callable[[int], str]
    days: Callable[[int], str]
    footer: str


def _english(one: str, many: str) -> Callable[[int], str]:
    return lambda count: f"{count} {one if count == 1 else many}"


def _ukrainian(one: str, many: str) -> Callable[[int], str]:
    """In the genitive, as it stands behind `протягом`: 21 хвилини, but 11 хвилин."""
    return lambda count: f"{count} {one if count % 10 == 1 and count % 100 != 11 else many}"


ENGLISH = Texts(
    mails={
        "otp": Wording(
            subject="Your sign-in code",
            lead="Your code to sign in to solosync:",
            after=(
                "It works once, for {life}. Tell it to nobody.",
                "If you didn't ask for it, there is nothing to do: without it, nobody gets in.",
            ),
        ),
        "magic": Wording(
            subject="Sign in to solosync",
            lead="Your code to sign in to solosync:",
            before_link="Or open this link, and you are signed in:",
            button="Sign in",
            after=(
                "Either works once, for {life}. Pass this mail on to nobody.",
                "If you didn't ask for it, there is nothing to do: without it, nobody gets in.",
            ),
        ),
        "invitation": Wording(
            subject="{inviter} invites you to {organization}",
            lead="{inviter} invites you to {organization} on solosync, as {role}.",
            button="Look at the invitation",
            after=(
                "The link works for {life}.",
                "If you don't know who this is, don't mind this mail: nothing happens.",
            ),
        ),
        "taken": Wording(
            subject="You have an account already",
            lead="Somebody, perhaps you, tried to register with this address. But you have an"
            " account already; you can just sign in:",
            button="Sign in",
            after=("If it wasn't you, there is nothing to do: nobody got in.",),
        ),
        "test": Wording(
            subject="A test mail from solosync",
            lead="Mail from this solosync server reaches you.",
            after=("Whoever runs it has sent this with `solosync mail test`.",),
        ),
    },
    roles={"admin": "an administrator", "member": "a member", "billing": "a billing contact"},
    minutes=_english("minute", "minutes"),
    days=_english("day", "days"),
    footer="Sent by the solosync server {server}",
)

UKRAINIAN = Texts(
    mails={
        "otp": Wording(
            subject="Ваш код для входу",
            lead="Ваш код для входу в solosync:",
            after=(
                "Код діє один раз, протягом {life}. Нікому його не кажіть.",
                "Якщо ви не просили коду, нічого робити не треба: без нього ніхто не ввійде.",
            ),
        ),
        "magic": Wording(
            subject="Вхід у solosync",
            lead="Ваш код для входу в solosync:",
            before_link="Або відкрийте це посилання, щоб увійти одразу:",
            button="Увійти",
            after=(
                "Код чи посилання діє один раз, протягом {life}. Нікому не пересилайте цей лист.",
                "Якщо ви цього не просили, нічого робити не треба: без цього листа ніхто не"
                " ввійде.",
            ),
        ),
        "invitation": Wording(
            subject="{inviter} запрошує вас до «{organization}»",
            lead="{inviter} запрошує вас до організації «{organization}» у solosync."
            " Ваша роль: {role}.",
            button="Переглянути запрошення",
            after=(
                "Посилання діє протягом {life}.",
                "Якщо ви не знаєте, хто це, просто не зважайте на цей лист: нічого не станеться.",
            ),
        ),
        "taken": Wording(
            subject="У вас уже є обліковий запис",
            lead="Хтось (можливо, ви) намагався зареєструватися з цією адресою. Але обліковий"
            " запис у вас уже є, тож можна просто ввійти:",
            button="Увійти",
            after=("Якщо це були не ви, нічого робити не треба: ніхто не ввійшов.",),
        ),
        "test": Wording(
            subject="Пробний лист від solosync",
            lead="Пошта з цього сервера solosync до вас доходить.",
            after=("Цей лист надіслано командою `solosync mail test`, щоб це перевірити.",),
        ),
    },
    roles={
        "admin": "адміністратор",
        "member": "учасник",
        "billing": "контактна особа з питань оплати",
    },
    minutes=_ukrainian("хвилини", "хвилин"),
    days=_ukrainian("дня", "днів"),
    footer="Надіслав сервер solosync {server}",
)

TEXTS: Mapping[Language, Texts] = {"en": ENGLISH, "uk": UKRAINIAN}
