# ruff: noqa: RUF001 - it is Ukrainian
"""What pages say about adding a device, in Ukrainian: as in `texts_uk`."""

SENTENCES = {
    # -- on the device that is let in
    "Pair this device": "Під'єднати цей пристрій",
    "This signs this browser in as the person on whose screen the code is shown.": (
        "Цей браузер увійде від імені людини, на чиєму екрані показано код."
    ),
    "Six digits": "Шість цифр",
    "What to call this device": "Як назвати цей пристрій",
    "That code or link is wrong, was used, or is too old. Ask for a new one.": (
        "Код або посилання хибні, уже використані чи застарілі. Попросіть нові."
    ),
    # -- on the one that lets it in
    "Add a device": "Додати пристрій",
    "This machine is on no network just now": "Цей комп'ютер зараз не в мережі",
    "Only this machine reaches the server": "Сервер доступний лише з цього комп'ютера",
    "To let the devices of your network in, end the server with Ctrl-C and start it so:": (
        "Щоб впустити пристрої вашої мережі, зупиніть сервер (Ctrl-C) і запустіть його так:"
    ),
    "Scan this with the other device": "Відскануйте це іншим пристроєм",
    "QR code of {url}": "QR-код адреси {url}",
    "QR code": "QR-код",
    "Or open this address there, and enter the code:": (
        "Або відкрийте там цю адресу і введіть код:"
    ),
    "It lets one device in, as {name}, within {minutes} minutes.": (
        "Він впускає один пристрій від імені {name}, протягом {minutes} хвилин."
    ),
    "Let another device in without a password": "Впустити інший пристрій без пароля",
    "A code of six digits signs one phone, tablet or computer in as {name}. Show it only to"
    " whoever may see all your boards.": (
        "Код із шести цифр впускає один телефон, планшет чи комп'ютер від імені {name}."
        " Показуйте його лише тим, хто може бачити всі ваші дошки."
    ),
    "Show a code": "Показати код",
    "Show another code": "Показати інший код",
    "Where this server is": "Де цей сервер",
    "The other device has to be on the same network. If one address leads nowhere, try the"
    " next; guest networks often keep devices from each other altogether.": (
        "Інший пристрій має бути в тій самій мережі. Якщо одна адреса не відкривається,"
        " спробуйте наступну; гостьові мережі часто взагалі не з'єднують пристрої між собою."
    ),
    "What plain http leaves out": "Чого немає через звичайний http",
    "These addresses don't begin with https. So browsers on other devices switch off working"
    " without the server, the clipboard and the camera, and whoever listens on the network can read"
    " along. To have them all, start the server so:": (
        "Ці адреси не починаються з https. Тому браузери на інших пристроях вимикають роботу без"
        " сервера, буфер обміну й камеру, а кожен, хто слухає мережу, може все читати. Щоб мати"
        " все це, запустіть сервер так:"
    ),
    "If the browser warns of the certificate": "Якщо браузер застерігає про сертифікат",
    "It was made on this machine, so other devices don't know it yet. Each has to be told"
    " once, and only for this network: it can't vouch for sites on the internet.": (
        "Його створено на цьому комп'ютері, тож інші пристрої ще не знають його. Кожному треба"
        " сказати про нього один раз, і лише для цієї мережі: за сайти в інтернеті він ручатися"
        " не може."
    ),
    "Download the certificate": "Завантажити сертифікат",
    "Settings: Profile Downloaded, Install. Then General, About, Certificate Trust"
    " Settings: switch it on.": (
        "Параметри: «Профіль завантажено», «Встановити». Потім «Загальні», «Про пристрій»,"
        " «Довіра до сертифікатів»: увімкніть його."
    ),
    "Settings: search for “CA certificate”, Install anyway, choose the download.": (
        "Налаштування: знайдіть «Сертифікат CA», «Однаково встановити», виберіть завантажене."
    ),
    "Open the download: Install Certificate, Current User, and place it in Trusted Root"
    " Certification Authorities.": (
        "Відкрийте завантажене: «Установити сертифікат», «Поточний користувач», сховище"
        " «Довірені кореневі центри сертифікації»."
    ),
    "Open the download in Keychain Access, then the certificate: Trust, Always Trust.": (
        "Відкрийте завантажене у «В'язці», потім сертифікат: «Довіра», «Завжди довіряти»."
    ),
    "In the browser's settings: Certificates, Authorities, Import, for websites.": (
        "У налаштуваннях браузера: «Сертифікати», «Центри сертифікації», «Імпортувати», для"
        " вебсайтів."
    ),
    "Compare before you trust it:": "Порівняйте, перш ніж довіряти:",
}
