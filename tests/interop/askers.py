"""Two kinds of clients that ask the same things: a program with a cookie jar, and a page of another
origin in a real browser. And what stands between such a page and the server."""

import asyncio
import contextlib
import http.server
import json
import threading

import httpx


class Answer:
    """`status` is None for what the asker may not see; `headers` are those that it may read."""

    def __init__(self, status, text="", headers=None):
        self.status = status
        self.text = text
        self.headers = headers or {}

    @property
    def json(self):
        return json.loads(self.text)


class Jar:
    """A plain HTTP client that keeps cookies."""

    def __init__(self, server):
        self._http = httpx.Client(base_url=server, timeout=30)

    def ask(self, method, path, body=None, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._http.request(method, path, json=body, headers=names)
        return Answer(answer.status_code, answer.text, answer.headers)

    def cookies(self):
        """By name: value, and whether scripts are kept from it."""
        jar = self._http.cookies.jar
        return {c.name: (c.value, c.has_nonstandard_attr("HttpOnly")) for c in jar}

    def forget(self, name):
        host = self._http.base_url.host
        self._http.cookies.delete(name, domain=host)

    def close(self):
        self._http.close()


# Simple requests need no leave: a body without a JSON type, sent without looking at the answer.
SCRIPT = """
async ({ url, method, body, headers, mode }) => {
  const type = mode === 'no-cors' ? 'text/plain' : 'application/json'
  const given = body === null ? {} : { 'content-type': type }
  try {
    const answer = await fetch(url, {
      method, mode, credentials: 'include', headers: { ...given, ...headers },
      body: body === null ? undefined : JSON.stringify(body),
    })
    return {
      status: answer.type === 'opaque' ? null : answer.status,
      text: await answer.text(), headers: Object.fromEntries(answer.headers),
    }
  } catch {
    return { status: null, text: '', headers: {} }
  }
}
"""
SOCKET = """
url => new Promise(done => {
  const socket = new WebSocket(url)
  socket.onmessage = () => { done('open'); socket.close() }
  socket.onclose = ({ code }) => done(code)
})
"""


class Tab:
    """A page of some origin, which asks the server with the browser's cookies."""

    def __init__(self, page, origin, server):
        self._page = page
        self._origin = origin
        self._server = server
        self.reopen()

    def reopen(self):
        self._page.open(f"{self._origin}/")

    def ask(self, method, path, body=None, *, mode="cors", **headers):
        given = {
            **{"url": self._server + path, "method": method, "body": body, "mode": mode},
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        }
        answer = self._page.run(f"({SCRIPT})({json.dumps(given)})")
        return Answer(answer["status"], answer["text"], answer["headers"])

    def open_socket(self, path):
        """`open` when the server speaks, else the code by which it closed."""
        url = self._server.replace("http", "ws", 1) + path
        return self._page.run(f"({SOCKET})({json.dumps(url)})")

    def submit(self, path):
        """Sends a form there, as a person's click would: the text of the page that it leads to."""
        self._page.run(
            f"document.body.innerHTML = '<form method=post action=\"{self._server}{path}\"></form>'"
        )
        self._page.follow("document.forms[0].submit()")
        text = self._page.run("document.body.innerText")
        self.reopen()
        return text

    def cookies(self):
        found = self._page.call("Network.getCookies", urls=[f"{self._server}/"])["cookies"]
        assert self._page.run("document.cookie") == ""
        return {cookie["name"]: (cookie["value"], cookie["httpOnly"]) for cookie in found}

    def cookie(self, name):
        """All that the browser knows of one."""
        found = self._page.call("Network.getCookies", urls=[f"{self._server}/"])["cookies"]
        return next(cookie for cookie in found if cookie["name"] == name)

    def forget(self, name):
        shelf = {key: value for key, value in self.cookie(name).items() if key == "partitionKey"}
        self._page.call("Network.deleteCookies", name=name, url=f"{self._server}/", **shelf)


class _Blank(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title><body></body>")

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def another_origin(tls=None):
    """Somebody else's server, with one empty page: the port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Blank)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def tls_in_front(port, tls, target):
    """What a reverse proxy does: TLS on one port, and the same bytes without it on another."""
    loop = asyncio.new_event_loop()

    async def pump(reader, writer):
        with contextlib.suppress(OSError):
            while content := await reader.read(65536):
                writer.write(content)
                await writer.drain()
        writer.close()

    async def join(reader, writer):
        with contextlib.suppress(OSError):
            theirs, ours = await asyncio.open_connection("127.0.0.1", target)
            await asyncio.gather(pump(reader, ours), pump(theirs, writer))

    async def stop(server):
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    starting = asyncio.start_server(join, "127.0.0.1", port, ssl=tls)
    server = loop.run_until_complete(starting)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(stop(server), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
