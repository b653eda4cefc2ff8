// Shows the picture of a shared board, and shows it anew when the board changes.
"use strict";

(() => {
  const board = document.getElementById("board");
  const told = document.getElementById("told");
  const { path, token, session, page, name } = board.dataset;
  // Somebody draws a line in many small pieces; one new picture for all of them will do.
  const restMs = 1000;
  const longestRetryMs = 30000;
  const [sync, update] = [0, 2];
  let view = board.dataset.view;
  let retryMs = 1000;
  let timer = 0;
  let isLoading = false;
  let isStale = false;

  const tell = (word) => {
    told.textContent = board.dataset[word];
  };

  const end = () => {
    clearTimeout(timer);
    board.replaceChildren();
    tell("gone");
  };

  // Counts this view, unless the page knows that it was counted within the hour.
  const count = async () => {
    if (view) return true;
    const answer = await fetch(`/api/v1/solo/public/${token}/view/`, { method: "POST" });
    if (answer.ok) {
      ({ view } = await answer.json());
      return true;
    }
    if (answer.status === 401) location.reload();
    else if (answer.status === 404) end();
    else {
      tell("failed");
      setTimeout(start, 1000 * (answer.headers.get("Retry-After") || 30));
    }
    return false;
  };

  // Why there was no picture: the page, which counts nothing, knows whether the link is still good.
  const ask = async () => {
    const answer = await fetch(path, { headers: { Accept: "text/html" } });
    if (answer.status === 401) location.reload();
    else if (answer.status === 404) end();
    else tell("failed");
  };

  const show = () => {
    if (isLoading) {
      isStale = true;
      return;
    }
    isLoading = true;
    isStale = false;
    const asked = new URLSearchParams({ view, at: Date.now() });
    if (page) asked.set("page", page);
    const picture = new Image();
    picture.alt = name;
    const done = () => {
      isLoading = false;
      if (isStale) later();
    };
    picture.onload = () => {
      // Drawn twice as large as the board is, for screens that show it finely.
      picture.width = Math.round(picture.naturalWidth / 2);
      board.replaceChildren(picture);
      done();
    };
    picture.onerror = () => {
      ask().catch(() => tell("lost"));
      done();
    };
    picture.src = `${path}/picture?${asked}`;
  };

  const later = () => {
    if (timer) return;
    timer = setTimeout(() => {
      timer = 0;
      show();
    }, restMs);
  };

  const watch = () => {
    const asked = new URLSearchParams({ share: token, view });
    const origin = location.origin.replace(/^http/, "ws");
    const socket = new WebSocket(`${origin}/ws/boards/${session}?${asked}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      retryMs = 1000;
      tell("live");
      show();
    };
    socket.onmessage = ({ data }) => {
      const [kind, step] = new Uint8Array(data);
      if (kind === sync && step === update) later();
    };
    socket.onclose = ({ code }) => {
      if (code === 4404) end();
      else if (code === 4401) location.reload();
      else {
        tell("lost");
        setTimeout(watch, retryMs);
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      }
    };
  };

  const start = async () => {
    tell("loading");
    try {
      if (await count()) watch();
    } catch {
      tell("lost");
      setTimeout(start, longestRetryMs);
    }
  };

  // A page that is only made ready, in case somebody goes there, isn't looked at yet.
  if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
  else start();
})();
