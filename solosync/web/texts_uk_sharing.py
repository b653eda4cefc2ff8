# ruff: noqa: RUF001 - it is Ukrainian
"""What pages say about share links, in Ukrainian: as in `texts_uk`."""

SENTENCES = {
    # -- a board's link
    "shared": "за посиланням",
    "Share": "Поділитися",
    "Whoever has this link sees the board": "Хто має це посилання, той бачить дошку",
    "The link is good no more.": "Посилання більше не діє.",
    "never expires": "без терміну",
    "{time} left": "лишилося {time}",
    "expired": "термін минув",
    "with a password": "з паролем",
    "files can be downloaded": "файли можна завантажити",
    "End the link": "Скасувати посилання",
    "Who looked": "Хто дивився",
    "A link shows the board, live, to whoever has it. They change nothing unless you say so.": (
        "Посилання наживо показує дошку кожному, хто його має. Змінювати її вони можуть лише з"
        " вашого дозволу."
    ),
    "Whoever has this link draws on the board": "Хто має це посилання, малює на дошці",
    "Whoever has the link may draw on the board, without an account": (
        "Хто має посилання, може малювати на дошці без облікового запису"
    ),
    "may draw": "можна малювати",
    "by the share link": "за посиланням",
    "Copy": "Скопіювати",
    "Copied": "Скопійовано",
    "Copy the link": "Скопіювати посилання",
    "For how many days? 0 is for ever.": "На скільки днів? 0 — назавжди.",
    "How many may look? Empty is any number.": "Скільки переглядів? Порожньо — без обмежень.",
    "Password, if you like": "Пароль, якщо потрібно",
    "Files can be downloaded": "Файли можна завантажити",
    "Make a link": "Створити посилання",
    # -- all links
    "Links": "Посилання",
    "Link to {name}": "Посилання на дошку «{name}»",
    "By these links others see your boards. One that you end is closed at once.": (
        "За цими посиланнями ваші дошки бачать інші. Скасоване посилання закривається одразу."
    ),
    "made": "створено",
    "last seen": "востаннє відкрито",
    "There are no more.": "Більше немає.",
    "All links": "Усі посилання",
    "There is no such link.": "Такого посилання немає.",
    "Too many watch by this link just now. Try again in half a minute.": (
        "Зараз за цим посиланням дивиться забагато людей. Спробуйте знову за пів хвилини."
    ),
    "No board is shared by a link. Make one on a board's own page, under Share.": (
        "Жодною дошкою ви не ділитеся. Посилання створюють на сторінці дошки, у розділі"
        " «Поділитися»."
    ),
    # -- the page of a shared board
    "Shared by {owner}": "Ділиться: {owner}",
    "This link doesn't lead anywhere": "Це посилання нікуди не веде",
    "It is wrong, or is good no more. Ask whoever sent it to you for another.": (
        "Воно неправильне або вже не діє. Попросіть нове в того, хто його надіслав."
    ),
    "This board is protected": "Ця дошка захищена",
    "Open the board": "Відкрити дошку",
    "That isn't this link's password.": "Це не пароль від цього посилання.",
    "Too many tries. Wait a minute, then try again.": (
        "Забагато спроб. Зачекайте хвилину і спробуйте ще раз."
    ),
    "Pages": "Сторінки",
    "The board is being drawn…": "Дошка малюється…",
    "Live: what is drawn shows up here.": "Наживо: усе, що малюють, видно тут.",
    "Not connected. Trying again…": "Немає з’єднання. Пробуємо ще раз…",
    "The picture can't be drawn just now.": "Зображення зараз не вдається намалювати.",
}
