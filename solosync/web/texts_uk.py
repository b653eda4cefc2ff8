# ruff: noqa: RUF001 - it is Ukrainian
"""What pages say, in Ukrainian: by the English sentence, as it stands in templates and messages."""

COUNTED = {
    "page": ("сторінка", "сторінки", "сторінок"),
    "board": ("дошка", "дошки", "дошок"),
    "view": ("перегляд", "перегляди", "переглядів"),
    "day": ("день", "дні", "днів"),
    "year ago": ("рік тому", "роки тому", "років тому"),
    "month ago": ("місяць тому", "місяці тому", "місяців тому"),
    "day ago": ("день тому", "дні тому", "днів тому"),
    "hour ago": ("годину тому", "години тому", "годин тому"),
    "minute ago": ("хвилину тому", "хвилини тому", "хвилин тому"),
}

SENTENCES = {
    # -- everywhere
    "just now": "щойно",
    "bytes": "байтів",
    "KB": "КБ",
    "MB": "МБ",
    "GB": "ГБ",
    "TB": "ТБ",
    "Skip to the content": "До вмісту",
    "Whiteboards on a machine of your own, in sync across your devices.": (
        "Дошки на вашому власному комп'ютері, однакові на всіх ваших пристроях."
    ),
    "Pages of this server": "Сторінки цього сервера",
    "Boards": "Дошки",
    "Trash": "Кошик",
    "Devices": "Пристрої",
    "Settings": "Налаштування",
    "People": "Люди",
    "Sign out": "Вийти",
    "Sign in": "Увійти",
    "Save": "Зберегти",
    "Name": "Назва",
    "Untitled": "Без назви",
    "The server can't be reached. Try again in a moment.": (
        "Сервер недоступний. Спробуйте за мить ще раз."
    ),
    "To the start page": "На головну",
    # -- boards
    "Your boards": "Ваші дошки",
    "Drawing needs JavaScript.": "Для малювання потрібен JavaScript.",
    "Open the whiteboard": "Відкрити дошку для малювання",
    "New board": "Нова дошка",
    "Name of a new board": "Назва нової дошки",
    "Search": "Шукати",
    "Search by name": "Пошук за назвою",
    "Sort by": "Сортувати",
    "Last changed": "Останні зміни",
    "Newest": "Найновіші",
    "Show": "Показати",
    "Show more": "Показати ще",
    "All boards": "Усі дошки",
    "on {device}": "на {device}",
    "No picture yet": "Зображення ще немає",
    "Actions for {name}": "Дії для «{name}»",
    "New name": "Нова назва",
    "Rename": "Перейменувати",
    "Duplicate": "Створити копію",
    "Move to the trash": "Перемістити до кошика",
    "Draw on it": "Малювати на ній",
    "Export, history, share": "Експорт, історія, доступ",
    "{boards} here, {size} in all.": "Тут {boards}, разом {size}.",
    "Nothing is called like that.": "З такою назвою нічого немає.",
    "Look at all boards": "Показати всі дошки",
    "Nothing here yet": "Тут поки нічого немає",
    "Make a board and draw on it at once, or bring some along:": (
        "Створіть дошку й одразу малюйте на ній або перенесіть наявні:"
    ),
    "From your whiteboard": "З вашої програми для малювання",
    "Give it this server's address and sign in:": "Вкажіть у ній адресу цього сервера й увійдіть:",
    "From files": "З файлів",
    "Or in a terminal:": "Або в терміналі:",
    "From a Yjs program": "З програми на Yjs",
    "Make a board here, then connect to": "Створіть тут дошку й під'єднайтеся до",
    "The board has its new name.": "Дошку перейменовано.",
    "There is a copy of the board now.": "Копію дошки створено.",
    "The board is in the trash.": "Дошку переміщено до кошика.",
    "The board is back.": "Дошку повернено.",
    "Undo": "Скасувати",
    "A board's name has 1 to 255 characters.": "Назва дошки має від 1 до 255 символів.",
    # -- signing in
    "Email": "Електронна пошта",
    "Password": "Пароль",
    "or without a password": "або без пароля",
    "Mail me a code": "Надіслати код поштою",
    "Continue with {name}": "Продовжити з {name}",
    "New here?": "Уперше тут?",
    "Make an account": "Створити обліковий запис",
    "Make the account": "Створити обліковий запис",
    "Is this your own machine? This command signs you in without a password:": (
        "Це ваш власний комп'ютер? Ця команда впустить вас без пароля:"
    ),
    "The address or the password is wrong.": "Адреса або пароль неправильні.",
    "Enter the code": "Введіть код",
    "Look at your mail": "Перегляньте пошту",
    "If {email} may sign in here, a code of eight digits is on its way there. It works once,"
    " for {minutes} minutes. So does the link beside it.": (
        "Якщо {email} має тут доступ, туди вже надсилається код із восьми цифр. Він діє один раз,"
        " протягом {minutes} хвилин. Так само й посилання поруч."
    ),
    "Enter the code in this browser, so that the password you chose counts. Opened elsewhere,"
    " the link signs you in there and forgets it.": (
        "Введіть код у цьому браузері, щоб обраний вами пароль почав діяти. Відкрите деінде,"
        " посилання впустить вас там і забуде його."
    ),
    "This server sends no mail yet; it only writes it into its log.": (
        "Цей сервер ще не надсилає пошти, а лише записує її до свого журналу."
    ),
    "Code": "Код",
    "Nothing came?": "Нічого не надійшло?",
    "Try again": "Спробуйте ще раз",
    "For those who were invited: use the address that the invitation was sent to.": (
        "Для запрошених: вкажіть адресу, на яку надіслано запрошення."
    ),
    "Your name": "Ваше ім'я",
    "A code is mailed to this address, to show that it is yours.": (
        "На цю адресу надійде код, щоб підтвердити, що вона ваша."
    ),
    "Have one already?": "Уже маєте обліковий запис?",
    "Sign in on this device": "Увійти на цьому пристрої",
    "This link works once. It signs this browser in as {email}.": (
        "Це посилання діє один раз. Воно впустить цей браузер як {email}."
    ),
    "Join {name}": "Приєднатися до {name}",
    "Join": "Приєднатися",
    "{name} invites you, as an admin.": "{name} запрошує вас як адміністратора.",
    "{name} invites you, as a member.": "{name} запрошує вас як учасника.",
    "{name} invites you, as its billing contact.": "{name} запрошує вас як контакт для рахунків.",
    "You are signed in as {name}, and join with that account.": (
        "Ви ввійшли як {name} і приєднаєтеся з цим обліковим записом."
    ),
    "You get an account here for {email}.": "Ви отримаєте тут обліковий запис для {email}.",
    "Sign in first, then open this link again.": (
        "Спершу ввійдіть, а потім відкрийте це посилання ще раз."
    ),
    # -- settings and devices
    "Saved.": "Збережено.",
    "You are signed in as {email}.": "Ви ввійшли як {email}.",
    "Your name, as others see it": "Ваше ім'я, яким його бачать інші",
    "User name": "Ім'я користувача",
    "A name has at most 255 characters.": "Ім'я має щонайбільше 255 символів.",
    "What is kept here": "Що тут зберігається",
    "{count} in the trash": "{count} у кошику",
    "That language isn't spoken here.": "Цією мовою тут не говорять.",
    "The device has its new name.": "Пристрій перейменовано.",
    "The device is signed out.": "На пристрої здійснено вихід.",
    "Where you are signed in. What you sign out here is out at once.": (
        "Де ви ввійшли. Вихід, зроблений тут, діє одразу."
    ),
    "Name of the device {name}": "Назва пристрою {name}",
    "This device": "Цей пристрій",
    "seen": "був у мережі",
    "A name has 1 to 100 characters.": "Назва має від 1 до 100 символів.",
    "There is no such device.": "Такого пристрою немає.",
    "Current password": "Поточний пароль",
    "New password": "Новий пароль",
    "You have none yet. With one, you can sign in without a link.": (
        "Пароля ще немає. З паролем можна входити без посилання."
    ),
    "Sign out everywhere else, and end my API keys": (
        "Вийти всюди, крім цього браузера, і скасувати мої ключі API"
    ),
    "Set the password": "Зберегти пароль",
    "The password is set.": "Пароль збережено.",
    # -- people
    "Who has an account": "Хто має обліковий запис",
    "Invite somebody": "Запросити когось",
    "Invite": "Запросити",
    "Into": "Куди",
    "As": "Роль",
    "Your own boards": "Ваші власні дошки",
    "Member: sees and edits all its boards": "Учасник: бачить і змінює всі дошки",
    "Admin: also invites and removes people": "Адміністратор: ще й запрошує та вилучає людей",
    "Billing: sees no boards": "Рахунки: дошок не бачить",
    "admin": "адміністратор",
    "member": "учасник",
    "billing": "рахунки",
    "until": "до",
    "No new accounts can be made here: registration is closed. In a terminal, this makes one:": (
        "Нових облікових записів тут не створити: реєстрацію закрито. У терміналі його створює:"
    ),
    "{email} is invited.": "Запрошено: {email}.",
    "Link for somebody who has an account here": (
        "Посилання для того, хто вже має тут обліковий запис"
    ),
    "It was mailed, too. Here it is shown just this once.": (
        "Його також надіслано поштою. Тут його показано лише цього разу."
    ),
    "This server sends no mail yet, so send it yourself. It is shown just this once.": (
        "Цей сервер ще не надсилає пошти, тож надішліть його самі. Його показано лише цього разу."
    ),
    "Invited, and not here yet": "Запрошені, яких ще немає",
    "Take back": "Скасувати",
    "The invitation is good no more.": "Запрошення більше не діє.",
    "Search by address": "Пошук за адресою",
    "staff": "персонал",
    "deactivated": "вимкнено",
    "This is you": "Це ви",
    "Make staff": "Додати до персоналу",
    "No longer staff": "Вивести з персоналу",
    "Deactivate": "Вимкнути",
    "Let in again": "Впустити знову",
    "They are signed out everywhere, and let in no more.": (
        "Тепер ця людина всюди вийшла, і більше її не впустять."
    ),
    "They may sign in again.": "Ця людина знову може входити.",
    "They are one of the staff now.": "Тепер ця людина належить до персоналу.",
    "They are no longer one of the staff.": "Ця людина більше не належить до персоналу.",
    "That can't be done to somebody.": "Такого зробити не можна.",
    # -- import
    "Import": "Імпорт",
    "Files to import": "Файли для імпорту",
    "Sent": "Надіслано",
    "Solo and Excalidraw files; they can also be dropped onto this page.": (
        "Файли Solo та Excalidraw; їх можна й просто перетягнути на цю сторінку."
    ),
    "Each file is a board now.": "Кожен файл тепер є дошкою.",
    "Not every file became a board": "Не кожен файл став дошкою",
    "These did": "Стали дошками",
    "Choose at least one file.": "Виберіть хоча б один файл.",
    "The file is too large.": "Файл завеликий.",
    # -- one board
    "Renew the picture": "Оновити зображення",
    "The picture is as the board is now.": "Зображення тепер таке, як дошка.",
    "Picture of {name}": "Зображення дошки «{name}»",
    "Export": "Експорт",
    "Download": "Завантажити",
    "Being drawn": "Малюється",
    "That didn't work.": "Не вдалося.",
    "Look again": "Подивитися ще раз",
    "History": "Історія",
    "changed": "змінено",
    "created": "створено",
    "an older version brought back": "повернено давнішу версію",
    "restored from a backup": "відновлено з резервної копії",
    "saved without a base": "збережено без відомої основи",
    "copied": "скопійовано",
    "imported": "імпортовано",
    "Bring back": "Повернути",
    "Bring this version back": "Повернути цю версію",
    "As it is now": "Поточна",
    "The board is as it was then. What it was before is in its history.": (
        "Дошка знову така, як тоді. Те, що було досі, лишилося в історії."
    ),
    # -- the trash
    "Restore": "Відновити",
    "The trash is empty": "Кошик порожній",
    "What you throw away stays here for 30 days, and can be brought back.": (
        "Викинуте зберігається тут 30 днів, і його можна повернути."
    ),
    "There is no such board.": "Такої дошки немає.",
}
