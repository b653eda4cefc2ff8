"use strict";

// Everything works without this file: it says what was done to whoever can't see it, keeps the
// keyboard's place, and closes menus.

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers.Accept = "text/html";
});

let menuUsed = "";

document.addEventListener("htmx:beforeRequest", (event) => {
  menuUsed = event.target.closest("details.menu")?.id ?? "";
  document.getElementById("problem").replaceChildren();
});

document.addEventListener("htmx:afterSettle", (event) => {
  const notice = document.querySelector("[data-told]");
  const told = document.getElementById("told");
  const said = notice ? notice.firstElementChild.textContent : "";
  if (told.textContent !== said) {
    told.textContent = said;
  }
  const isPoll = event.detail.requestConfig?.elt.matches("[data-polls]");
  if (!isPoll && document.activeElement === document.body) {
    const next = [...document.querySelectorAll("[data-focus]")].pop();
    const menu = document.getElementById(menuUsed)?.querySelector("summary");
    (next ?? menu ?? document.querySelector("h1")).focus();
  }
});

document.addEventListener("htmx:sendError", () => {
  const problem = document.getElementById("problem");
  problem.textContent = problem.dataset.unreachable;
});

// Files may be dropped anywhere on a page that has a form for them.

document.addEventListener("dragover", (event) => {
  if (document.getElementById("import") && event.dataTransfer.types.includes("Files")) {
    event.preventDefault();
    document.body.classList.add("dropping");
  }
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) {
    document.body.classList.remove("dropping");
  }
});

document.addEventListener("drop", (event) => {
  const form = document.getElementById("import");
  document.body.classList.remove("dropping");
  if (form && event.dataTransfer.files.length) {
    event.preventDefault();
    document.getElementById("files").files = event.dataTransfer.files;
    form.closest("details")?.setAttribute("open", "");
    form.requestSubmit();
  }
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const sent = event.target.querySelector("#sent");
  if (sent && event.detail.lengthComputable) {
    sent.hidden = false;
    sent.value = event.detail.loaded / event.detail.total;
  }
});

function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== but) {
      menu.open = false;
    }
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest("details.menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Elsewhere than on https and on this machine, browsers have no clipboard but this old way.
async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select();
    document.execCommand("copy");
  }
}

function offerCopies() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await copy(document.getElementById(button.dataset.copy));
    button.textContent = button.dataset.copied;
    button.focus();
  }
});

offerCopies();
document.addEventListener("htmx:afterSettle", offerCopies);
