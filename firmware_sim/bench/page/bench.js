// The technician's bench: what is in the room, moved by mouse, touch or keyboard. The room itself is behind /api.

const byId = (id) => document.getElementById(id);
const status = byId("status");
const SPINES = ["#B4483C", "#5B7C8A", "#D9A441", "#8A6FA8", "#8FB6A6", "#DE8D45", "#C5523C", "#3F6E8C"];
let lastWire = 0;

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const answer = await fetch(path, options);
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error ?? answer.statusText);
  return content;
}

async function order(path, body) {
  try {
    await ask(path, body);
    say("");
  } catch (trouble) {
    say(trouble.message);
  }
  await refresh();
}

function say(trouble) {
  status.textContent = trouble || "Everything is running.";
  status.classList.toggle("trouble", Boolean(trouble));
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function spineOf(number) {
  let sum = 0;
  for (const digit of number) sum = (sum * 31 + digit.charCodeAt(0)) % 9973;
  return SPINES[sum % SPINES.length];
}

function book(item) {
  const onPad = item.where === "pad";
  const spine = element("span", { className: "spine" });
  spine.style.background = spineOf(item.number);
  const title = element("span", { className: "title", title: item.title || item.number }, item.title || item.number,
    element("small", {}, item.number));
  const tags = item.tags.map((tag) => String(tag.afi).padStart(2, "0")).join(" ");
  const lent = item.tags.some((tag) => tag.afi === "C2");
  const afi = element("span", { className: lent ? "afi lent" : "afi", title: "AFI byte of the tag" }, tags || "–");
  const move = element("button", { type: "button" }, onPad ? "Take off" : "Put on pad");
  move.setAttribute("aria-label", `${onPad ? "Take off the pad" : "Put on the pad"}: ${item.title || item.number}`);
  move.addEventListener("click", () => order("/api/pad", onPad ? { take: [item.number] } : { put: [item.number] }));
  const row = element("li", { draggable: true }, spine, title, afi, move);
  row.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", item.number));
  return row;
}

function keepFocus(list, rows) {
  const label = list.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  list.replaceChildren(...rows);
  if (label) [...list.querySelectorAll("button")].find((one) => one.getAttribute("aria-label") === label)?.focus();
}

let shown = "";

async function refresh() {
  let room;
  try {
    room = await ask("/api/room");
  } catch {
    say("The simulator does not answer.");
    return;
  }
  if (status.textContent === "Connecting…" || status.textContent === "The simulator does not answer.") say("");
  const now = JSON.stringify([room.items, room.cards]);
  if (now !== shown) {
    shown = now;
    keepFocus(byId("pad"), room.items.filter((item) => item.where === "pad").map(book));
    keepFocus(byId("shelf"), room.items.filter((item) => item.where !== "pad").map(book));
    byId("cards").replaceChildren(...room.cards.map((card) => {
      const tap = element("button", { type: "button" }, `Tap ${card.name}`);
      tap.addEventListener("click", () => order("/api/card", { tap: card.name }));
      return element("li", {}, tap);
    }));
    byId("cards-through").textContent = room.cards_through === "pcsc"
      ? "Behind the real PC/SC service." : "No PC/SC service here: cards come through the scanner.";
  }
  await Promise.all([refreshPaper(), refreshWire()]);
}

let strips = -1;

async function refreshPaper() {
  const paper = await ask("/api/paper");
  if (paper.strips.length === strips) return;
  strips = paper.strips.length;
  byId("paper").replaceChildren(...paper.strips.map((strip, place) =>
    element("li", {}, element("img", { src: `/api/paper/${place}.png?n=${strips}`, alt: strip.text.join(" ") || "Receipt" })),
  ).reverse());
}

async function refreshWire() {
  const wire = await ask(`/api/wire?since=${lastWire}`);
  const log = byId("wire");
  for (const frame of wire.frames) {
    lastWire = Math.max(lastWire, frame.number);
    log.prepend(element("li", {}, element("b", {}, `${frame.device} ${frame.direction} `), frame.hex.slice(0, 96)));
  }
  while (log.childElementCount > 60) log.lastChild.remove();
}

for (const area of document.querySelectorAll(".drop")) {
  area.addEventListener("dragover", (event) => { event.preventDefault(); area.classList.add("over"); });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    const number = event.dataTransfer.getData("text/plain");
    if (number) order("/api/pad", area.dataset.place === "pad" ? { put: [number] } : { take: [number] });
  });
}

byId("screen").addEventListener("click", (event) => {
  const picture = event.currentTarget;
  const box = picture.getBoundingClientRect();
  if (!picture.naturalWidth) return;
  const scale = Math.min(box.width / picture.naturalWidth, box.height / picture.naturalHeight);
  const wide = picture.naturalWidth * scale;
  const high = picture.naturalHeight * scale;
  const across = (event.clientX - box.left - (box.width - wide) / 2) / wide;
  const down = (event.clientY - box.top - (box.height - high) / 2) / high;
  if (across >= 0 && across < 1 && down >= 0 && down < 1) order("/api/touch", { across, down });
});

byId("screen").addEventListener("error", () => {
  setTimeout(() => { byId("screen").src = `/screen.mjpeg?again=${Date.now()}`; }, 1000);
});

byId("scan").addEventListener("submit", (event) => {
  event.preventDefault();
  order("/api/scanner", { fire: byId("code").value });
});

for (const button of document.querySelectorAll("[data-printer]")) {
  button.addEventListener("click", () => order("/api/printer", { [button.dataset.printer]: button.dataset.state }));
}

await refresh();
setInterval(refresh, 1000);
