// The technician's bench: what is in the room, moved by mouse, touch or keyboard. The room itself is behind /api.

const byId = (id) => document.getElementById(id);
const status = byId("status");
const SPINES = ["#B4483C", "#5B7C8A", "#D9A441", "#8A6FA8", "#8FB6A6", "#DE8D45", "#C5523C", "#3F6E8C"];
const AFI_MEANINGS = { "07": "in", C2: "on loan", "00": "not set" };
const SWITCHES = {
  paper: { ok: "In", "near-end": "Low", out: "Out" },
  cover: { closed: "Closed", open: "Open" },
  cutter: { ok: "Works", jam: "Jammed" },
};
const GOOD = new Set(["ok", "closed"]);
const WIRE_ROWS = 200;
const POLL_NOTES = new Set(["inventory", "status question", "clock", "record count", "people", "read buffer"]);
const GONE = "The simulator does not answer. Is it still running?";
const TROUBLE_SHOWN_MS = 8000;

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
    say(trouble instanceof TypeError ? GONE : trouble.message);
  }
  await refresh();
}

let troubleSince = 0;

function say(trouble) {
  troubleSince = trouble ? Date.now() : 0;
  status.textContent = trouble || "Everything is running.";
  status.classList.toggle("trouble", Boolean(trouble));
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function button(text, label, press, properties = {}) {
  const made = element("button", { type: "button", title: label, ...properties }, text);
  made.setAttribute("aria-label", label);
  made.addEventListener("click", press);
  return made;
}

// Rows are made anew when something has changed; whoever works with the keyboard stays where they were.
function replaceRows(list, rows) {
  const label = list.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  list.replaceChildren(...rows);
  if (label) [...list.querySelectorAll("[aria-label]")].find((one) => one.getAttribute("aria-label") === label)?.focus();
}

function spineOf(number) {
  let sum = 0;
  for (const digit of number) sum = (sum * 31 + digit.charCodeAt(0)) % 9973;
  return SPINES[sum % SPINES.length];
}

function afiOf(item) {
  if (!item.tags.length && item.uhf.length) return element("span", { className: "afi", title: "PC of the UHF tag" }, element("b", {}, item.uhf[0].pc), " UHF");
  if (!item.tags.length) return element("span", { className: "afi odd", title: "This book has no RFID tag" }, "no tag");
  const afis = [...new Set(item.tags.map((tag) => tag.afi))];
  const words = afis.map((afi) => AFI_MEANINGS[afi]).filter(Boolean);
  const kind = item.tags.some((tag) => tag.afi_locked) || afis.length > 1 ? "odd" : afis[0] === "C2" ? "lent" : "";
  const more = item.tags.length > 1 ? ` (${item.tags.length} tags)` : "";
  const locked = item.tags.some((tag) => tag.afi_locked) ? ", locked" : "";
  const title = `AFI byte of the tag, as a gate reads it${locked}`;
  return element("span", { className: `afi ${kind}`, title }, element("b", {}, afis.join(" ")), ` ${words.join(", ")}${locked}${more}`);
}

function book(item) {
  const onPad = item.where === "pad";
  const spine = element("span", { className: "spine" });
  spine.style.background = spineOf(item.number);
  const name = item.title || item.number;
  const title = element("span", { className: "title", title: name }, name, element("small", {}, item.number));
  const move = button(onPad ? "Take off" : "Put on pad", `${onPad ? "Take off the pad" : "Put on the pad"}: ${name}`,
    () => order("/api/pad", onPad ? { take: [item.name] } : { put: [item.name] }));
  const row = element("li", { draggable: true }, spine, title, afiOf(item), move);
  row.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", item.name));
  return row;
}

function card(one, throughReader) {
  if (one.where === "reader") {
    const lift = button(`${one.label} lies on the reader: lift it`, `Lift ${one.label}`, () => order("/api/card", { remove: true }));
    lift.className = "tap lying";
    return element("li", {}, lift);
  }
  const tap = button(one.label, `Tap ${one.label}`, () => order("/api/card", { tap: one.name }), { className: "tap" });
  if (!throughReader) return element("li", {}, tap);
  return element("li", {}, tap,
    button("Leave", `Leave ${one.label} on the reader`, () => order("/api/card", { insert: one.name })),
    button("Tear", `Tear ${one.label} away while it is read`, () => order("/api/card", { tear: one.name })));
}

function device(one) {
  const choice = element("select", {}, ...one.faults.map((fault) =>
    element("option", { value: fault, selected: fault === one.fault }, fault === "none" ? "works" : fault)));
  choice.setAttribute("aria-label", `Fault of ${one.name}`);
  choice.addEventListener("change", () => order("/api/faults", { device: one.name, fault: choice.value }));
  const dot = element("span", { className: one.open ? "dot open" : "dot", title: one.open ? "The kiosk has it open" : "Nobody has it open" });
  const name = element("span", { title: `${one.what}\n${one.address}` }, dot, one.name, element("small", {}, one.what));
  return element("li", { className: one.fault === "none" ? "" : "faulty" }, name, choice);
}

// Several numbers may stand there, with commas between them.
function gate(name) {
  const books = element("input", { autocomplete: "off", placeholder: "Number, number" });
  books.setAttribute("list", "codes");
  books.setAttribute("aria-label", `Books to carry through ${name}`);
  const carry = (direction) => order("/api/gate", {
    gate: name, direction, books: books.value.split(",").map((one) => one.trim()).filter(Boolean),
  });
  return element("li", {}, element("span", {}, name), books,
    button("In", `Carry in through ${name}`, () => carry(1)), button("Out", `Carry out through ${name}`, () => carry(2)));
}

function showPrinter(state) {
  byId("printer").replaceChildren(...Object.entries(SWITCHES).flatMap(([part, words]) => {
    const choices = Object.entries(words).map(([word, text]) => {
      const choice = button(text, `${part}: ${text}`, () => order("/api/printer", { [part]: word }), { className: GOOD.has(word) ? "" : "bad" });
      choice.setAttribute("aria-pressed", String(state[part] === word));
      return choice;
    });
    return [element("span", {}, part[0].toUpperCase() + part.slice(1)), element("div", {}, ...choices)];
  }));
}

let room = null;
const shown = {};

// Only what has changed is drawn again: a list that is being dragged or typed in stays as it is.
function onChange(part, value, draw) {
  const now = JSON.stringify(value);
  if (shown[part] === now) return;
  shown[part] = now;
  draw();
}

function showBooks() {
  const wanted = byId("find").value.trim().toLowerCase();
  const onPad = room.items.filter((item) => item.where === "pad");
  const onShelf = room.items.filter((item) => item.where !== "pad")
    .filter((item) => `${item.title} ${item.number} ${item.name}`.toLowerCase().includes(wanted));
  byId("pad-count").textContent = onPad.length ? `${onPad.length}` : "";
  replaceRows(byId("pad"), onPad.map(book));
  replaceRows(byId("shelf"), onShelf.map(book));
}

function showRoom() {
  onChange("books", room.items, () => {
    showBooks();
    const codes = room.items.map((item) => element("option", { value: item.number, label: item.title }))
      .concat(room.cards.map((one) => element("option", { value: one.number, label: one.label })));
    byId("codes").replaceChildren(...codes);
  });
  onChange("cards", [room.cards, room.cards_through, room.cards_why], () => {
    const throughReader = room.cards_through === "pcsc";
    const hint = byId("cards-through");
    hint.textContent = throughReader ? "On a virtual reader behind the real PC/SC service."
      : `A tap holds the card's barcode under the scanner, because there is no card reader here: ${room.cards_why}`;
    hint.classList.toggle("why", !throughReader);
    replaceRows(byId("cards"), room.cards.map((one) => card(one, throughReader)));
  });
  onChange("devices", room.devices, () => replaceRows(byId("faults"), room.devices.map(device)));
  onChange("gates", room.gates, () => {
    byId("passages").hidden = !room.gates.length;
    byId("gates").replaceChildren(...room.gates.map(gate));
  });
  onChange("printer", room.printer, () => showPrinter(room.printer));
  showScreen();
}

function showScreen() {
  const picture = byId("screen");
  const there = room.screen !== "none";
  if (there && !picture.dataset.asked) follow();
  picture.hidden = room.screen !== "live";
  byId("no-screen").hidden = room.screen === "live";
  byId("no-screen").textContent = there ? "Waiting for the kiosk's screen…"
    : "No kiosk is shown here. The devices wait for one at the addresses on the right.";
}

function follow() {
  const picture = byId("screen");
  picture.dataset.asked = "yes";
  picture.src = `/screen.mjpeg?again=${Date.now()}`;
}

async function refresh() {
  try {
    room = await ask("/api/room");
    if (status.textContent === "Connecting…" || status.textContent === GONE) say("");
    if (troubleSince && Date.now() - troubleSince > TROUBLE_SHOWN_MS) say("");
    showRoom();
    await Promise.all([refreshPaper(), refreshWire()]);
  } catch (trouble) {
    if (trouble instanceof TypeError) say(GONE);
    else throw trouble;
  }
}

async function refreshPaper() {
  const { strips } = await ask("/api/paper");
  onChange("paper", strips, () => byId("paper").replaceChildren(...strips.map((strip, place) =>
    element("li", {}, element("img", {
      src: `/api/paper/${place}.png?height=${strip.height}&cut=${strip.cut}`, alt: `Receipt ${place + 1}`,
    })),
  ).reverse()));
}

let lastWire = 0;
const lastAsked = {};

function isPoll(frame) {
  if (frame.direction === "host-to-device") lastAsked[frame.device] = frame.note;
  return POLL_NOTES.has(lastAsked[frame.device]);
}

function frameRow(frame) {
  const fromKiosk = frame.direction === "host-to-device";
  return element("li", { className: fromKiosk ? "from-kiosk" : "" },
    element("span", {}, `${frame.time_s.toFixed(3)} s`), element("span", {}, frame.device),
    element("span", {}, fromKiosk ? "kiosk →" : "→ kiosk"), element("b", { title: frame.note }, frame.note),
    element("code", { title: frame.hex }, frame.hex.replace(/(..)/g, "$1 ").slice(0, 600)));
}

// The kiosk asks pad and gates several times a second what is there, and the printer how it is: shown on request only, or nothing else could be read.
async function refreshWire() {
  const { frames } = await ask(`/api/wire?since=${lastWire}`);
  if (!frames.length) return;
  lastWire = frames.at(-1).number;
  const log = byId("wire");
  const wanted = frames.filter((frame) => !isPoll(frame) || byId("polls").checked);
  log.prepend(...wanted.slice(-WIRE_ROWS).map(frameRow).reverse());
  while (log.childElementCount > WIRE_ROWS) log.lastChild.remove();
}

byId("find").addEventListener("input", showBooks);

for (const area of document.querySelectorAll(".drop")) {
  area.addEventListener("dragover", (event) => { event.preventDefault(); area.classList.add("over"); });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    const name = event.dataTransfer.getData("text/plain");
    if (name) order("/api/pad", area.dataset.place === "pad" ? { put: [name] } : { take: [name] });
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

byId("screen").addEventListener("load", (event) => {
  const picture = event.currentTarget;
  picture.parentElement.classList.toggle("wide", picture.naturalWidth > picture.naturalHeight);
  if (room?.screen === "waiting") room.screen = "live";
  if (room) showScreen();
});

byId("screen").addEventListener("error", () => {
  if (byId("screen").dataset.asked) setTimeout(follow, 1000);
});

byId("scan").addEventListener("submit", (event) => {
  event.preventDefault();
  order("/api/scanner", { fire: byId("code").value });
  byId("code").select();
});

await refresh();
setInterval(refresh, 1000);
