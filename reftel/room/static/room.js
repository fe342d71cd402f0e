// What a browser may add to pages that work without it: results in place, keys, proposals, local times, copying, progress.
"use strict";

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
let asked = 0;

// -- results in place ------------------------------------------------------------------------------------------------------------

async function go(address, { push = true } = {}) {
  const number = ++asked;
  const main = find("#content");
  main.setAttribute("aria-busy", "true");
  let page;
  try {
    const response = await fetch(address, { headers: { accept: "text/html" } });
    if (!(response.headers.get("content-type") || "").startsWith("text/html")) throw new Error("no page");
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    location.assign(address);
    return;
  }
  if (number !== asked) return;
  if (push) history.pushState(null, "", address);
  document.title = page.title;
  main.replaceWith(document.adoptNode(find("#content", page)));
  const box = find("#q");
  find(".search").replaceWith(document.adoptNode(find(".search", page)));
  if (document.activeElement === box || document.activeElement === document.body) find("#content").focus({ preventScroll: true });
  if (push) scrollTo(0, 0);
  find("#status").textContent = find("[data-said]")?.dataset.said || document.title;
  ready();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if ("export" in link.dataset) follow(link);
  else if ("place" in link.dataset) {
    event.preventDefault();
    go(link.href);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "get" || !find(".result, .mistake")) return;
  event.preventDefault();
  go(`${form.action}?${new URLSearchParams(new FormData(form))}`);
});

addEventListener("popstate", () => {
  if (find(".result, .mistake") && location.pathname === "/search") go(location.href, { push: false });
  else if (!location.hash) location.reload();
});

// -- pictures: what a mark says, and a span of time by dragging ---------------------------------------------------------------------

const barAt = (target) => target.closest?.(".picture a[href*='only=date']");
let drag = null;

function tell(event) {
  const mark = event.target.closest?.(".picture [aria-label]:not(.picture)");
  if (mark) find(".said", mark.closest(".drawing")).textContent = mark.getAttribute("aria-label");
}
document.addEventListener("focusin", tell);
document.addEventListener("pointerover", (event) => {
  tell(event);
  const bar = drag && barAt(event.target);
  if (!bar) return;
  const [first, last] = [drag.bars.indexOf(drag.from), drag.bars.indexOf(bar)].sort((one, other) => one - other);
  if (first < 0) return;
  drag.bars.forEach((each, place) => each.classList.toggle("chosen", place >= first && place <= last));
});
document.addEventListener("pointerdown", (event) => {
  const from = event.pointerType === "mouse" && !event.button && barAt(event.target);
  if (from && from.closest(".timeline")) drag = { from, bars: all("a", from.closest(".picture")) };
});
document.addEventListener("dragstart", (event) => drag && event.preventDefault());
document.addEventListener("pointerup", () => {
  if (!drag) return;
  const chosen = drag.bars.filter((bar) => bar.classList.contains("chosen"));
  drag.bars.forEach((bar) => bar.classList.remove("chosen"));
  drag = null;
  if (chosen.length < 2) return;
  const narrowing = (bar) => new URL(bar.href.baseVal, location.href).searchParams.getAll("only");
  const isDate = (each) => each.startsWith("date:");
  const [first, last] = [chosen[0], chosen.at(-1)].map((bar) => narrowing(bar).find(isDate).slice(5));
  const address = new URL(chosen[0].href.baseVal, location.href);
  address.searchParams.delete("only");
  for (const each of [...narrowing(chosen[0]).filter((each) => !isDate(each)), `date:${first}..${last}`]) address.searchParams.append("only", each);
  if (find(".result")) go(address.href);
  else location.assign(address.href);
});

// -- exports -----------------------------------------------------------------------------------------------------------------------

function follow(link) {
  const ticket = crypto.randomUUID();
  const address = new URL(link.href);
  address.searchParams.set("ticket", ticket);
  link.href = address.href;
  const shown = find(".export .progress");
  let silent = 0;
  const look = async () => {
    const response = await fetch(`/export/progress?ticket=${ticket}`);
    const told = response.ok ? await response.json() : null;
    silent = told ? 0 : silent + 1;
    if (told) shown.textContent = told.said;
    if (silent < 10 && !(told && told.done >= told.total)) setTimeout(look, 500);
  };
  setTimeout(look, 300);
}

// -- keys --------------------------------------------------------------------------------------------------------------------------

const isTyping = (target) => target.matches("input, textarea, select, [contenteditable]");

function step(selector, by, mark = "here") {
  const items = all(selector);
  if (!items.length) return;
  const now = items.findIndex((item) => item.classList.contains(mark));
  const next = items[Math.min(items.length - 1, Math.max(0, now < 0 ? (by > 0 ? 0 : items.length - 1) : now + by))];
  items.forEach((item) => item.classList.toggle(mark, item === next));
  const link = next.matches("mark") ? null : find("a", next);
  if (link) link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
  if (isTyping(event.target)) return;
  const keys = {
    "/": () => find("#q").select(),
    j: () => step(".hit, .para", 1),
    k: () => step(".hit, .para", -1),
    n: () => step(".text mark", 1),
    p: () => step(".text mark", -1),
    "?": () => location.assign("/help#keys"),
  };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

// -- proposals ---------------------------------------------------------------------------------------------------------------------

let waiting = 0;
document.addEventListener("input", (event) => {
  if (event.target.id !== "q") return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const typed = event.target.value;
    const response = typed.trim() && (await fetch(`/complete?${new URLSearchParams({ q: typed })}`));
    const proposed = response && response.ok ? await response.json() : [];
    find("#proposals").replaceChildren(...proposed.map((text) => Object.assign(document.createElement("option"), { value: text })));
  }, 150);
});

// -- after every page --------------------------------------------------------------------------------------------------------------

function ready() {
  for (const time of all("time[datetime*='T']")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.getTime())) time.title = `${time.textContent} UTC = ${moment.toLocaleString()}`;
  }
  for (const button of all("button[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.onclick = async () => {
      await navigator.clipboard.writeText(find(`#${button.dataset.copy}`).textContent.trim());
      find("#status").textContent = `${button.textContent}: ✓`;
    };
  }
  for (const wide of all(".timeline .wide:first-child")) wide.scrollLeft = wide.scrollWidth; // on a phone: what is late, and the middle of the world
  for (const wide of all(".map .wide:first-child")) wide.scrollLeft = (wide.scrollWidth - wide.clientWidth) / 2;
  if (matchMedia("(max-width: 60rem)").matches) all(".facets details").forEach((each) => { each.open = false; });
}
ready();
