// The room: shelf, pad, return slot, bin, gates and cards, and how books go from one to the other.

import { order, say } from "./api.js";
import { carriable, onDrop } from "./carry.js";
import { button, byId, element, keyed, spineOf } from "./dom.js";
import { drawDoors } from "./doors.js";

const FLOOR_MM = 520; // the square that the drawing of the pad shows; 300 of it are the antenna
const BOOK_MM = [150, 210];
const MEANINGS = { "07": "in stock", C2: "on loan", "00": "not set" };
const STEP_MM = 20;
const TILTS = [0, 45, 90];
const APART = 5; // books that were laid apart are drawn side by side, so many in a row
let room = null;
let chosen = null;
let awaited = null; // the book that was just laid down, which is to have the focus where it lies now

export function drawDesk(now) {
  room = now;
  drawPad();
  drawShelf();
  drawBin();
  drawGates();
  drawDoors(room, titleOf);
  drawCards();
  drawChosen();
  const landed = awaited && byId(awaited.place).querySelector(`[data-key="${CSS.escape(awaited.name)}"]`);
  if (landed) {
    awaited = null;
    landed.focus();
  }
}

/** What a gate would say, in words: never by colour alone. */
function tagOf(item) {
  if (!item.tags.length && item.uhf.length) return { word: "UHF tag", kind: "" };
  if (!item.tags.length) return { word: "no tag", kind: "odd" };
  const afis = [...new Set(item.tags.map((tag) => tag.afi))];
  const locked = item.tags.some((tag) => tag.afi_locked) ? ", locked" : "";
  const several = item.tags.length > 1 ? ` · ${item.tags.length} tags` : "";
  const word = afis.map((afi) => MEANINGS[afi] ?? `AFI ${afi}`).join(" and ");
  const kind = afis.length > 1 || locked ? "odd" : afis[0] === "C2" ? "lent" : "";
  return { word: word + locked + several, kind };
}

const titleOf = (item) => item.title || item.number;

function shelfRow(item) {
  const { word, kind } = tagOf(item);
  const cover = element("span", { className: "cover", "aria-hidden": "true" });
  cover.style.background = spineOf(item.number);
  const row = element("li", { className: "book", tabIndex: 0, role: "button",
    "aria-label": `${titleOf(item)}, ${item.number}, ${word}. Enter picks it up`, title: `${titleOf(item)}\n${item.number}` },
  cover, element("span", { className: "title" }, titleOf(item), element("small", {}, item.number)),
  element("span", { className: `tag ${kind}` }, word),
  button("On pad", `Put on the pad: ${titleOf(item)}`, () => order("/api/pad", { put: [item.name], foil: false })));
  carriable(row, item.name, titleOf(item));
  return row;
}

function drawShelf() {
  const words = byId("find").value.trim().toLowerCase();
  const there = room.items.filter((item) => item.where === "shelf" && `${item.title} ${item.number}`.toLowerCase().includes(words));
  keyed(byId("shelf"), there, (item) => item.name, shelfRow);
  byId("shelf").classList.toggle("nothing", !there.length);
}

function lyingAt(item, place) {
  if (item.at) return item.at;
  return [-200 + (place % APART) * 100, -120 + Math.floor(place / APART) * 130];
}

function padBook(item) {
  const { word } = tagOf(item);
  const silent = item.tags.length || item.uhf.length ? !item.heard : true;
  const says = [word, item.angle ? `tilted ${item.angle}°` : "", item.foil ? "in foil" : "", silent ? "not heard" : "heard"];
  const node = element("div", {
    className: `lying ${silent ? "silent" : ""} ${item.foil ? "foil" : ""}`, tabIndex: 0, role: "button",
    "aria-label": `${titleOf(item)} on the pad: ${says.filter(Boolean).join(", ")}. Arrows move it, R tilts, F wraps, Delete puts it back`,
    title: `${titleOf(item)}\n${says.filter(Boolean).join(", ")}`,
  }, element("span", { className: "name" }, titleOf(item)),
  element("span", { className: "ear" }, silent ? "not heard" : word));
  node.style.background = spineOf(item.number);
  const [x, y] = item.point;
  node.style.left = `${50 + (x / FLOOR_MM) * 100}%`;
  node.style.top = `${50 + (y / FLOOR_MM) * 100}%`;
  node.style.width = `${(BOOK_MM[0] / FLOOR_MM) * 100 * Math.max(0.18, Math.abs(Math.cos((item.angle * Math.PI) / 180)))}%`;
  node.style.height = `${(BOOK_MM[1] / FLOOR_MM) * 100}%`;
  node.addEventListener("click", () => choose(item.name));
  node.addEventListener("focus", () => choose(item.name));
  node.addEventListener("keydown", (event) => padKey(event, item));
  carriable(node, item.name, titleOf(item));
  return node;
}

function drawPad() {
  const there = room.items.filter((item) => item.where === "pad" || item.where === "slot");
  const apart = there.filter((item) => !item.at);
  const drawn = there.filter((item) => item.where === "pad").map((item) => ({ ...item, point: lyingAt(item, apart.indexOf(item)) }));
  keyed(byId("pad"), drawn, (item) => item.name, padBook);
  byId("pad").classList.toggle("nothing", !drawn.length);
  const falling = there.filter((item) => item.where === "slot").map(titleOf);
  byId("slot-says").textContent = falling.length ? `${falling.join(", ")} passes…` : "over the reader, then into the bin";
}

function lay(item, how) {
  const now = { at: item.at ?? item.point, angle: item.angle, foil: item.foil };
  return order("/api/pad", { put: [item.name], ...now, ...how });
}

function padKey(event, item) {
  const move = { ArrowLeft: [-STEP_MM, 0], ArrowRight: [STEP_MM, 0], ArrowUp: [0, -STEP_MM], ArrowDown: [0, STEP_MM] }[event.key];
  if (move) lay(item, { at: [item.point[0] + move[0], item.point[1] + move[1]] });
  else if (event.key.toLowerCase() === "r") tilt(item);
  else if (event.key.toLowerCase() === "f") lay(item, { foil: !item.foil });
  else if (event.key === "Delete" || event.key === "Backspace") order("/api/pad", { take: [item.name] });
  else return;
  event.preventDefault();
}

const tilt = (item) => lay(item, { angle: TILTS[(TILTS.indexOf(item.angle) + 1) % TILTS.length] });

function choose(name) {
  chosen = name;
  drawChosen();
}

/** What can be done with the book on the pad that was touched last. */
function drawChosen() {
  const there = room.items.filter((one) => one.where === "pad");
  const item = there.find((one) => one.name === chosen) ?? there.at(-1);
  byId("chosen").hidden = !item;
  if (!item) return;
  const known = { ...item, point: lyingAt(item, 0) };
  const state = item.heard ? "the reader hears it" : "the reader does not hear it";
  keyed(byId("chosen"), [item], () => `${item.name}`, () => element("div", {},
    element("span", { className: "title" }, titleOf(item), element("small", {}, `${tagOf(item).word}; ${state}`)),
    button(`Tilt ${item.angle}°`, `Tilt ${titleOf(item)}`, () => tilt(known)),
    button("Foil", `Wrap ${titleOf(item)} in foil`, () => lay(known, { foil: !item.foil }), { "aria-pressed": String(item.foil) }),
    button("To shelf", `Take off the pad: ${titleOf(item)}`, () => order("/api/pad", { take: [item.name] }))));
}

function drawBin() {
  const fallen = room.items.filter((item) => item.where === "bin");
  byId("bin-says").textContent = fallen.length ? `Bin: ${fallen.map(titleOf).join(", ")}` : "Bin: empty";
  byId("bin-empty").hidden = !fallen.length;
}

function drawGates() {
  keyed(byId("gates"), room.gates.map((name) => ({ name })), (gate) => gate.name, ({ name }) => {
    const out = element("div", { className: "target way", "data-target": "gate", "data-gate": name, "data-direction": "2", role: "button", tabIndex: -1, "aria-label": `Out through the gate ${name}` }, element("b", {}, "Out"));
    const into = element("div", { className: "target way", "data-target": "gate", "data-gate": name, "data-direction": "1", role: "button", tabIndex: -1, "aria-label": `In through the gate ${name}` }, element("b", {}, "In"));
    const nobody = button("Walk", `Walk out through ${name} without a book`, () => order("/api/gate", { gate: name, books: [], direction: 2 }));
    return element("div", { className: "gate" }, element("small", {}, `Gate ${name}`), out, into, nobody);
  });
}

function drawCards() {
  const through = room.cards_through === "scanner" ? room.cards_why : "";
  byId("cards-through").hidden = !through;
  byId("cards-through").classList.toggle("why", Boolean(through));
  byId("cards-through").textContent = through ? `Cards are held under the scanner: ${through}` : "";
  byId("ways-of-cards").hidden = Boolean(through);
  if (through) way = "tap";
  keyed(byId("ways-of-cards"), Object.keys(WAYS).map((one) => ({ one, on: one === way })), ({ one }) => one, ({ one, on }) =>
    button(WAYS[one].word, WAYS[one].means, () => { way = one; drawCards(); }, { "aria-pressed": String(on) }));
  keyed(byId("cards"), room.cards.map((card) => ({ ...card, way })), (card) => card.name, cardRow);
}

const WAYS = {
  tap: { word: "Tap", means: "Cards are tapped", says: (label) => `Tap ${label}` },
  insert: { word: "Leave", means: "Cards are left on the reader", says: (label) => `Leave ${label} on the reader` },
  tear: { word: "Tear", means: "Cards are torn away while they are read", says: (label) => `Tear ${label} away while it is read` },
};
let way = "tap";

/** A label without what stands in brackets: that is in the button's title. */
const shortly = (label) => label.split(" (")[0];

function cardRow(card) {
  const label = card.label || card.name;
  if (card.where === "reader") {
    return element("li", { className: "lies" }, button(`${shortly(label)} lies there: lift`, `Lift ${label}`, () => order("/api/card", { remove: true })));
  }
  return element("li", {}, button(shortly(label), WAYS[card.way].says(label), () => order("/api/card", { [card.way]: card.name })));
}

/** Where on the pad, in millimetres from its middle, a point of the window is. */
function onPad(point) {
  const box = byId("pad").getBoundingClientRect();
  const along = (value, from, size) => Math.round(((value - from) / size - 0.5) * FLOOR_MM);
  return [along(point.x, box.left, box.width), along(point.y, box.top, box.height)];
}

onDrop(async (name, target, point) => {
  const item = room.items.find((one) => one.name === name);
  const title = titleOf(item);
  const { target: place, gate, direction } = target.dataset;
  let done = false;
  if (place === "pad" && item.where === "pad" && point) done = await lay({ ...item, point: onPad(point) }, { at: onPad(point) });
  else if (place === "pad") done = await order("/api/pad", { put: [name], ...(point ? { at: onPad(point) } : { foil: false }) });
  else if (place === "slot") done = await order("/api/slot", { push: [name] });
  else if (place === "door-front") done = await order("/api/door", { door: target.dataset.door, do: "hold", books: [name] });
  else if (place === "door-box") done = await order("/api/door", { door: target.dataset.door, do: "lay", number: Number(target.dataset.number), books: [name] });
  else if (place === "gate") done = await order("/api/gate", { gate, books: [name], direction: Number(direction) });
  else if (item.where !== "shelf") done = await order("/api/pad", { take: [name] });
  if (done) say(`${title}: ${target.getAttribute("aria-label") ?? "the shelf"}`);
  awaited = done && (place === "pad" || place === "shelf") ? { place, name } : null;
  if (awaited) drawDesk(room);
});

byId("find").addEventListener("input", () => room && drawShelf());
byId("bin-empty").addEventListener("click", () => order("/api/bin", { empty: true }));
