# ruff: noqa: RUF001 - it is Ukrainian
"""What pages say when something goes wrong, in Ukrainian: as in `texts_uk`."""

SENTENCES = {
    # -- what a page with an error is called
    "Bad Request": "Неправильний запит",
    "Unauthorized": "Потрібен вхід",
    "Forbidden": "Заборонено",
    "Not Found": "Не знайдено",
    "Method Not Allowed": "Так тут не можна",
    "Conflict": "Суперечність",
    "Gone": "Більше немає",
    "Request Entity Too Large": "Завелике",
    "Content Too Large": "Завелике",
    "Unsupported Media Type": "Невідомий формат",
    "Misdirected Request": "Запит не до цього сервера",
    "Too Many Requests": "Забагато запитів",
    "Internal Server Error": "Помилка сервера",
    "Service Unavailable": "Зараз недоступно",
    "Insufficient Storage": "Бракує місця",
    # -- anywhere
    "That did not work.": "Не вдалося.",
    "That value can't be used.": "Таке значення не підходить.",
    "Sign in first.": "Спершу ввійдіть.",
    "Somebody else is signed in here.": "Тут увійшла інша особа.",
    "There is nothing at this address.": "За цією адресою нічого немає.",
    "You may not do that.": "Вам цього не можна.",
    "That is gone for good.": "Цього більше немає.",
    "That can't be done as things are.": "За цих обставин це неможливо.",
    "That is not possible just now. Try again in a moment.": (
        "Зараз це неможливо. Спробуйте за мить ще раз."
    ),
    "It could not be stored, and nothing of it was kept. Check the disk of the data folder: free"
    " space, and that it can be written to.": (
        "Зберегти не вдалося, нічого з цього не лишилося. Перевірте диск теки даних: чи є вільне"
        " місце і чи можна туди писати."
    ),
    "What is stored is damaged and was left as it is. Run `solosync doctor`, and restore a backup"
    " if it says so.": (
        "Збережене пошкоджено; його залишено як є. Запустіть `solosync doctor` і відновіть"
        " резервну копію, якщо він так порадить."
    ),
    "Something went wrong in the server. Its log says what, under this request id.": (
        "На сервері щось пішло не так. У його журналі сказано, що саме."
    ),
    "The server is stopping. Try again in a moment.": (
        "Сервер зупиняється. Спробуйте за мить ще раз."
    ),
    "Another solosync is using this data folder. Stop it first.": (
        "Цю теку даних використовує інший solosync. Спершу зупиніть його."
    ),
    "This data was written by a newer solosync. Install that version or a later one.": (
        "Ці дані записав новіший solosync. Установіть ту версію або пізнішу."
    ),
    "That encoding or type is not supported.": "Таке кодування чи тип не підтримується.",
    "A page of another site may not do this with your sign-in.": (
        "Сторінка іншого сайту не може робити цього від вашого імені."
    ),
    "That Idempotency-Key was used for something else. Take a new one.": (
        "Цей Idempotency-Key уже використано для іншого. Візьміть новий."
    ),
    "The form has more than one file.": "У формі більше одного файлу.",
    "The form doesn't say its boundary.": "Форма не має межі частин.",
    "That is no proper multipart form.": "Це не правильна форма з частинами.",
    "A field of the form isn't UTF-8.": "Поле форми не в UTF-8.",
    "That is not a request that can be understood.": "Такий запит незрозумілий.",
    "The board's page isn't built yet. Run `python hatch_build.py`.": (
        "Сторінку дошки ще не зібрано. Запустіть `python hatch_build.py`."
    ),
    "That cursor can't be read; take `next` of an earlier answer.": (
        "Таке продовження списку незрозуміле; почніть список спочатку."
    ),
    "That cursor can't be read here; take `next` or `prev` of an earlier answer to the same"
    " question.": "Таке продовження списку незрозуміле; почніть список спочатку.",
    # -- what isn't there
    "There is no such user.": "Такої людини немає.",
    "There is no such organization.": "Такої організації немає.",
    "There is no such member.": "Такого учасника немає.",
    "There is no such invitation.": "Такого запрошення немає.",
    "There is no such version.": "Такої версії немає.",
    "There is no such export.": "Такого експорту немає.",
    "There is no such share.": "Такого посилання немає.",
    "There is no such link.": "Такого посилання немає.",
    "There is no such page.": "Такої сторінки немає.",
    "There is no such file.": "Такого файлу немає.",
    "There is no such thumbnail.": "Такого зображення немає.",
    "There is no such certificate.": "Такого сертифіката немає.",
    "There is no such sign-in provider.": "Такого способу входу немає.",
    # -- signing in
    "You were signed out. Sign in again.": "Ви вийшли. Увійдіть знову.",
    "You were signed out meanwhile. Sign in again.": "Тим часом ви вийшли. Увійдіть знову.",
    "Your account was changed just now. Sign in again.": (
        "Ваш обліковий запис щойно змінено. Увійдіть знову."
    ),
    "The refresh token is not valid, or no longer. Sign in again.": (
        "Вхід більше не діє. Увійдіть знову."
    ),
    "The token is not valid.": "Вхід не діє. Увійдіть знову.",
    "The token is no longer valid.": "Вхід більше не діє. Увійдіть знову.",
    "The device's token is not valid, or no longer. Pair it again.": (
        "Пристрій більше не під'єднано. Під'єднайте його знову."
    ),
    "The API key is not valid, or no longer.": "Ключ API не діє або більше не діє.",
    "No API key may do that; sign in yourself.": "З ключем API цього не можна; увійдіть самі.",
    "Only staff may do that.": "Це може лише персонал.",
    "This account was deactivated.": "Цей обліковий запис вимкнено.",
    "There is no account for this address, and none can be made here.": (
        "Для цієї адреси немає облікового запису, і створити його тут не можна."
    ),
    "This link is no longer good. Ask for the export again to get another.": (
        "Це посилання більше не діє. Замовте експорт знову."
    ),
    "Too many wrong codes were tried for this address today. Sign in another way, or wait.": (
        "Сьогодні для цієї адреси перепробувано забагато хибних кодів. Увійдіть інакше або"
        " зачекайте."
    ),
    "Too many codes were mailed to this address within an hour. Use one of those, or wait.": (
        "За годину на цю адресу надіслано забагато кодів. Скористайтеся одним із них або зачекайте."
    ),
    "Too many devices are being paired just now. Try again in a moment.": (
        "Зараз під'єднують забагато пристроїв. Спробуйте за мить ще раз."
    ),
    "This link was used before, or is too old. `solosync open` makes a fresh one for this machine's"
    " owner, and `solosync users recover` for anybody.": (
        "Це посилання вже використано, або воно застаріле. Нове для власника цього комп'ютера"
        " створює `solosync open`, а для будь-кого — `solosync users recover`."
    ),
    "Too many wrong codes were tried here. Send your address with the code, or use the link in the"
    " mail.": (
        "Тут спробували забагато неправильних кодів. Додайте до коду свою адресу або скористайтеся"
        " посиланням із листа."
    ),
    "The sign-in provider let nobody in: you or it declined.": (
        "Сторонній вхід нікого не впустив: відмовилися ви або він."
    ),
    "The sign-in provider doesn't say that it has verified an email address of yours, and without"
    " one nobody here knows who you are.": (
        "Сторонній вхід не підтверджує вашої електронної адреси, а без неї тут невідомо, хто ви."
    ),
    "This sign-in was finished before, took too long, or began in another browser or under another"
    " name of this server. Begin again.": (
        "Цей вхід уже завершено, він тривав задовго або почався в іншому браузері чи під іншою"
        " назвою сервера. Почніть знову."
    ),
    "That isn't your current password.": "Це не ваш поточний пароль.",
    # -- people and invitations
    "Sign in first, then open the link again.": (
        "Спершу ввійдіть, а потім відкрийте посилання знову."
    ),
    "This invitation was used or taken back, or has run out. Ask for a new one.": (
        "Це запрошення вже використано, скасовано або його термін минув. Попросіть нове."
    ),
    "They belong to it already. You can change their role.": (
        "Ця людина вже там. Її роль можна змінити."
    ),
    "Only its admins may do that.": "Це можуть лише адміністратори організації.",
    "Nobody does that to themselves. Ask another one of the staff.": (
        "Із собою такого не зробити. Попросіть когось іншого з персоналу."
    ),
    "This is the last one of the staff. Make somebody else staff first.": (
        "Це останній із персоналу. Спершу додайте до персоналу когось іншого."
    ),
    "Your role in that organization doesn't let you make boards.": (
        "З вашою роллю в тій організації дошок не створюють."
    ),
    # -- boards
    "The picture couldn't be made; `solosync jobs --failed` says why.": (
        "Зображення створити не вдалося; чому — скаже `solosync jobs --failed`."
    ),
    "The picture is still being made. Ask again in a moment.": (
        "Зображення ще малюється. Спробуйте за мить."
    ),
    "Too many pictures are being drawn. Try again in a moment.": (
        "Зараз малюється забагато зображень. Спробуйте за мить ще раз."
    ),
    "This board's picture can't be drawn just now.": "Зображення цієї дошки зараз не намалювати.",
    "Too many watch by this link just now. Try again in half a minute.": (
        "Зараз за цим посиланням дивиться забагато людей. Спробуйте за пів хвилини."
    ),
    "This link asks for a password.": "Це посилання вимагає пароля.",
    "This link only shows the board; downloads are not allowed.": (
        "Це посилання лише показує дошку; завантажувати не дозволено."
    ),
    "Open the link first, then download.": "Спершу відкрийте посилання, тоді завантажуйте.",
}

# What is said with something in it: as it is found, whatever stands there.
PATTERNS = {
    "{count} added": "додано: {count}",
    "{count} changed": "змінено: {count}",
    "{count} removed": "видалено: {count}",
    "{count} moved": "пересунуто: {count}",
    "Too many tries. Wait {seconds} s.": "Забагато спроб. Зачекайте {seconds} с.",
    "Too many requests. Wait {seconds} s.": "Забагато запитів. Зачекайте {seconds} с.",
    "Too large; the limit is {limit}.": "Завелике; щонайбільше {limit}.",
    "{address} is no email address.": "{address} — не електронна адреса.",
    "A password has {least} to {most} characters.": "Пароль має від {least} до {most} символів.",
    "A name has at most {most} characters.": "Назва має щонайбільше {most} символів.",
    "A name is one line of 1 to {most} characters.": "Назва — один рядок від 1 до {most} символів.",
    "A name has 1 to {most} characters.": "Назва має від 1 до {most} символів.",
    "That {field} is in use already. Choose another.": (
        "Таке значення вже зайняте ({field}). Виберіть інше."
    ),
    "You belong to {name} already.": "Ви вже належите до «{name}».",
    "You can invite {count} people a day.": "На день можна запросити стільки людей: {count}.",
    "{email} was deactivated; sign in as somebody else.": (
        "Обліковий запис {email} вимкнено; увійдіть під іншим."
    ),
    "{email} was deactivated; pair a device as somebody else.": (
        "Обліковий запис {email} вимкнено; під'єднайте пристрій від імені когось іншого."
    ),
    "{feature} is switched off here.": "Тут це вимкнено: {feature}.",
    "{count} of your exports and pictures are still being made. Wait for some of them, or delete"
    " those that aren't needed.": (
        "Ваших експортів і зображень, що ще готуються: {count}. Зачекайте на них або видаліть"
        " непотрібні."
    ),
    "The board has changed; it is at rev {rev}. Read it again, then save.": (
        "Дошка змінилася (версія {rev}). Прочитайте її знову, тоді зберігайте."
    ),
    "The body doesn't fit: {told}.": "Надіслане не підходить: {told}.",
    "The field {name} is too long.": "Поле {name} задовге.",
    "`format` must be one of {formats}.": "Формат має бути одним із: {formats}.",
    "This list can be filtered by {allowed}; not by {given}.": (
        "Цей список можна шукати за: {allowed}; не за: {given}."
    ),
    "This list can be sorted by {allowed}, each once; a minus in front turns the order. {given} is"
    " none of these.": (
        "Цей список можна сортувати за: {allowed}; мінус спереду змінює порядок. {given} не з них."
    ),
    "This list can be filtered and sorted by nothing; it is {order}.": (
        "Цей список не можна ні шукати, ні сортувати ({order})."
    ),
    "{where} is there twice.": "{where} є двічі.",
    "{where} has to be {allowed}.": "{where}: очікується {allowed}.",
    "limit has to be 1 to {most}.": "limit має бути від 1 до {most}.",
    "This API key doesn't have the scope {scope}.": "Цей ключ API не має дозволу {scope}.",
}
