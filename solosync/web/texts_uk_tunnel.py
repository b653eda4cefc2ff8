# ruff: noqa: RUF001 - it is Ukrainian
"""What pages say about the tunnel, in Ukrainian: as in `texts_uk`."""

SENTENCES = {
    "Links that work from anywhere": "Посилання, що працюють звідусіль",
    "A tunnel makes the links to shared boards work outside this network, as long as it is open.": (
        "Поки тунель відкрито, посилання на поширені дошки працюють і поза цією мережею."
    ),
    "It leads to shared boards and to nothing else.": (
        "Він веде лише до поширених дощок, і більше нікуди."
    ),
    "This server's leads to every page: whoever has its address can try to sign in.": (
        "На цьому сервері він веде до всіх сторінок: хто має його адресу, може спробувати увійти."
    ),
    "It is open. Links to boards begin with this address now:": (
        "Його відкрито. Посилання на дошки тепер починаються з цієї адреси:"
    ),
    "By itself this address shows nothing.": "Сама собою ця адреса нічого не показує.",
    "{client} is opening it…": "{client} відкриває його…",
    "It has ended, and is opened again in {seconds} s.": (
        "Він обірвався, і його буде відкрито знову за {seconds} с."
    ),
    "It can't be opened.": "Його не вдається відкрити.",
    "Close the tunnel": "Закрити тунель",
    "Open a tunnel": "Відкрити тунель",
    "Opened by": "Чим відкрити",
    "The program said:": "Програма повідомила:",
    # -- who looked at a board by its link
    "by the tunnel": "через тунель",
    # -- what to do
    "It is tried again by itself.": "Спробу буде повторено автоматично.",
    "None of the programs that open tunnels is installed.": (
        "Жодної з програм, що відкривають тунелі, не встановлено."
    ),
    "Install cloudflared, Tailscale or ngrok; or set tunnel_host to a machine of yours that ssh"
    " reaches.": (
        "Встановіть cloudflared, Tailscale або ngrok; або вкажіть у tunnel_host свій комп'ютер,"
        " доступний через ssh."
    ),
    "ssh needs a machine at which to open the tunnel.": (
        "Для ssh потрібен комп'ютер, на якому відкрити тунель."
    ),
    "Set tunnel_host to one, such as ann@example.org, and start the server again.": (
        "Вкажіть його в tunnel_host, наприклад ann@example.org, і запустіть сервер знову."
    ),
    "Install OpenSSH; most systems bring it along.": (
        "Встановіть OpenSSH; у більшості систем він уже є."
    ),
    "Connect to the machine once by hand with ssh, and compare its key before you accept it.": (
        "Один раз з'єднайтеся з тим комп'ютером через ssh вручну і порівняйте його ключ, перш ніж"
        " прийняти."
    ),
    "ssh has to get in without a password: put a key of yours into authorized_keys there"
    " (ssh-copy-id does), and into ssh-agent if it has a passphrase.": (
        "ssh має входити без пароля: додайте свій ключ до authorized_keys на тому комп'ютері (це"
        " робить ssh-copy-id), а якщо ключ має парольну фразу, то й до ssh-agent."
    ),
    "The machine doesn't let ssh listen on that port, or another connection has it: set tunnel_port"
    " to another one. It is tried again by itself.": (
        "Той комп'ютер не дає ssh слухати цей порт, або порт зайнято іншим з'єднанням: вкажіть у"
        " tunnel_port інший. Спробу буде повторено автоматично."
    ),
    "The machine doesn't tell its address: set tunnel_url to it.": (
        "Той комп'ютер не повідомляє своєї адреси: вкажіть її в tunnel_url."
    ),
    "Install cloudflared; its quick tunnels need no account.": (
        "Встановіть cloudflared; його швидким тунелям не потрібен обліковий запис."
    ),
    "Cloudflare wants fewer new tunnels. It is tried again by itself.": (
        "Cloudflare просить відкривати тунелі рідше. Спробу буде повторено автоматично."
    ),
    "Install Tailscale, and sign in with `tailscale up`.": (
        "Встановіть Tailscale і увійдіть командою `tailscale up`."
    ),
    "Allow Funnel for this machine at the address that Tailscale tells. It is tried again by"
    " itself.": (
        "Дозвольте Funnel для цього комп'ютера за адресою, яку повідомляє Tailscale. Спробу буде"
        " повторено автоматично."
    ),
    "Sign in with `tailscale up`, then open the tunnel again.": (
        "Увійдіть командою `tailscale up`, потім відкрийте тунель знову."
    ),
    "Let yourself use Tailscale, once: `sudo tailscale set --operator=$USER`. Then open the tunnel"
    " again.": (
        "Один раз дозвольте собі користуватися Tailscale: `sudo tailscale set --operator=$USER`."
        " Потім відкрийте тунель знову."
    ),
    "Install ngrok, and give it your token with `ngrok config add-authtoken`.": (
        "Встановіть ngrok і дайте йому свій токен командою `ngrok config add-authtoken`."
    ),
    "Give ngrok your token with `ngrok config add-authtoken`, then open the tunnel again.": (
        "Дайте ngrok свій токен командою `ngrok config add-authtoken`, потім відкрийте тунель"
        " знову."
    ),
    "Your account has another ngrok open. End that one; it is tried again by itself.": (
        "За вашим обліковим записом уже відкрито інший ngrok. Завершіть його; спробу буде повторено"
        " автоматично."
    ),
    "Open the tunnel, or close it.": "Відкрийте тунель або закрийте його.",
}
