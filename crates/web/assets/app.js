// What pages do beyond what forms and links do by themselves. Without it everything works; with it, less is loaded.

const sheet = document.getElementById("sheet");
const said = document.getElementById("said");
let opener = null;

/** The content of a page, without its frame. Whatever the server answers is something to show. */
async function content(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { "X-Fragment": "1", ...options.headers } });
  return { html: await answer.text(), status: answer.status };
}

function lost(place) {
  const note = document.createElement("p");
  note.className = "note bad";
  note.setAttribute("role", "alert");
  note.textContent = sheet.dataset.lost;
  place.querySelector(":scope > .note[data-lost-note]")?.remove();
  note.dataset.lostNote = "";
  place.prepend(note);
}

// -- The sheet: a page beside the list it was opened from ---------------------------------------------

function fill(html) {
  sheet.innerHTML = html;
  const close = document.createElement("button");
  close.className = "close quiet";
  close.type = "button";
  close.setAttribute("aria-label", sheet.dataset.close);
  close.textContent = "×";
  close.addEventListener("click", () => sheet.close());
  sheet.append(close);
  ready(sheet);
}

async function open(address, from) {
  opener = from?.getAttribute("href") ?? null;
  try {
    const { html } = await content(address);
    fill(html);
    if (!sheet.open) sheet.showModal();
    sheet.querySelector("#sheet-title")?.focus();
  } catch {
    location.assign(address);
  }
}

sheet?.addEventListener("close", async () => {
  const changed = sheet.dataset.changed === "1";
  delete sheet.dataset.changed;
  sheet.replaceChildren();
  if (changed) await refresh();
  // Rows may have been drawn anew: the link is found again by where it leads.
  const link = opener && document.querySelector(`main a[href="${CSS.escape(opener)}"]`);
  (link ?? document.getElementById("main"))?.focus();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && sheet) {
    event.preventDefault();
    open(link.dataset.sheet, link);
  }
  if (event.target.closest("[data-close-sheet]") && sheet?.open) {
    event.preventDefault();
    sheet.close();
  }
});

// -- Forms whose answer takes the place of the form ----------------------------------------------------

async function send(form, submitter) {
  const fields = new URLSearchParams(new FormData(form));
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  const place = sheet?.open && sheet.contains(form) ? sheet : document.getElementById("main");
  submitter?.setAttribute("aria-busy", "true");
  if (submitter) submitter.disabled = true;
  try {
    const { html } = await content(form.action, { method: "POST", body: fields });
    if (place === sheet) fill(html);
    else {
      place.innerHTML = html;
      ready(place);
    }
    if (place.querySelector(".note.good[data-said]")) sheet.dataset.changed = "1";
    const note = place.querySelector("[data-said]");
    if (note) {
      note.tabIndex = -1;
      note.focus();
      said.textContent = note.textContent.trim();
    }
  } catch {
    lost(place);
    submitter?.removeAttribute("aria-busy");
    if (submitter) submitter.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-fragment]")) return;
  event.preventDefault();
  send(form, event.submitter);
});

/** What the ticks would change, a moment after the last one. */
let pending = 0;
let previewed = 0;
function preview(form) {
  clearTimeout(pending);
  const turn = ++previewed;
  pending = setTimeout(async () => {
    const fields = new URLSearchParams(new FormData(form));
    fields.append("step", "preview");
    try {
      const { html } = await content(form.action, { method: "POST", body: fields });
      if (turn !== previewed) return;
      const page = new DOMParser().parseFromString(html, "text/html");
      const place = form.querySelector("#" + form.dataset.preview);
      const change = page.getElementById(form.dataset.preview);
      const note = page.querySelector(".note[data-said]");
      place.replaceChildren(...(note ? [note] : []), ...(change?.childNodes ?? []));
    } catch {
      lost(form);
    }
  }, 150);
}

// -- Ticks ---------------------------------------------------------------------------------------------

document.addEventListener("change", (event) => {
  const box = event.target;
  const product = box.closest("[data-product]");
  if (product && box.type === "checkbox") {
    const head = product.querySelector('input[name="product"]');
    const plans = [...product.querySelectorAll('input[name="on"]')];
    if (box === head) {
      for (const plan of plans) plan.checked = head.checked;
      const details = product.querySelector("details");
      if (details && head.checked) details.open = true;
    } else {
      head.checked = plans.some((plan) => plan.checked);
    }
    head.indeterminate = head.checked && plans.some((plan) => !plan.checked);
  }
  const form = box.closest("form[data-preview]");
  if (form) preview(form);
});

// -- Selection of rows -----------------------------------------------------------------------------------

let last = null;
function selection(form) {
  const boxes = [...form.querySelectorAll('input[name="user"]')];
  const chosen = boxes.filter((box) => box.checked).length;
  const all = form.querySelector("[data-select-all]");
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
  const bar = form.querySelector("[data-bar]");
  bar.classList.toggle("shown", chosen > 0);
  const output = bar.querySelector("[data-selected]");
  output.textContent = output.textContent.replace(/[\d.,]+/, String(chosen));
  const whole = bar.querySelector("[data-all]");
  const hasMore = chosen === boxes.length && Number(form.dataset.total) > boxes.length;
  whole.hidden = !hasMore;
  if (!hasMore) whole.querySelector("input").checked = false;
}

document.addEventListener("click", (event) => {
  const box = event.target;
  const form = box.closest?.("form[data-selection]");
  if (!form || box.type !== "checkbox") return;
  const boxes = [...form.querySelectorAll('input[name="user"]')];
  if (box.matches("[data-select-all]")) {
    for (const other of boxes) other.checked = box.checked;
  } else if (box.name === "user") {
    const place = boxes.indexOf(box);
    if (event.shiftKey && last !== null && boxes[last]) {
      const [from, to] = [Math.min(last, place), Math.max(last, place)];
      for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
    }
    last = place;
  }
  selection(form);
});

// -- Search while typing -----------------------------------------------------------------------------------

let typing = 0;
let asked = 0;
async function search(form) {
  const turn = ++asked;
  const address = form.action + "?" + new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  try {
    const { html } = await content(address);
    // An answer that was overtaken belongs to another search.
    if (turn !== asked) return;
    const page = new DOMParser().parseFromString(html, "text/html");
    history.replaceState(null, "", address);
    if (page.getElementById(form.dataset.live)) show(page, form.dataset.live);
    else document.getElementById("main").innerHTML = html;
  } catch {
    lost(document.getElementById("main"));
  }
}

function show(page, id) {
  const [now, then] = [document.getElementById(id), page.getElementById(id)];
  if (now && then) {
    now.replaceWith(then);
    last = null;
    ready(then);
  }
}

/** Draws the rows of the page anew. */
async function refresh() {
  const place = document.querySelector("[data-results]");
  if (!place) return;
  const { html } = await content(location.href);
  show(new DOMParser().parseFromString(html, "text/html"), place.id);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  clearTimeout(typing);
  typing = setTimeout(() => search(form), 120);
});

// -- Keys ------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    const form = (sheet?.open ? sheet : document).querySelector("form[data-fragment]");
    const save = form?.querySelector('button.primary[type="submit"]');
    if (save) {
      event.preventDefault();
      form.requestSubmit(save);
    }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.getElementById("jump")?.focus();
    return;
  }
  const isTyping = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping || sheet?.open) return;
  if (event.key === "/") {
    const box = document.getElementById("q") ?? document.getElementById("jump");
    if (box) {
      event.preventDefault();
      box.focus();
    }
  }
  const links = [...document.querySelectorAll("[data-results] tbody th a")];
  const place = links.indexOf(document.activeElement?.closest("tr")?.querySelector("th a"));
  if (event.key === "j") links[Math.min(place + 1, links.length - 1)]?.focus();
  if (event.key === "k") links[Math.max(place - 1, 0)]?.focus();
  if (event.key === "x" && place >= 0) links[place].closest("tr").querySelector('input[name="user"]')?.click();
});

/** Prepares what was just put into the page. */
function ready(place) {
  for (const box of place.querySelectorAll("input[data-some]")) box.indeterminate = true;
  for (const form of place.querySelectorAll("form[data-selection]")) {
    if (form.querySelector("[data-bar]")) selection(form);
  }
}

ready(document);
