// What a rehearsal leaves: bytes on wires, the journal, the broker's messages, what the patron hears, the paper.

import { ask, complain } from "./api.js";
import { button, byId, element, keyed, tabs } from "./dom.js";
import { listen, when } from "./events.js";

const MOST_ROWS = 400;
const LONGEST_SHOWN = 400;

/** A list that grows at its top; numbers that begin anew mean that whoever counts was started again. */
function growing(list, fetchNew, rowOf, numberOf) {
  let last = 0;
  return async () => {
    const found = await fetchNew(last);
    if (!found.length) return;
    last = numberOf(found.at(-1));
    list.prepend(...found.slice(-MOST_ROWS).map(rowOf).reverse());
    while (list.childElementCount > MOST_ROWS) list.lastElementChild.remove();
  };
}

const spaced = (hex) => hex.replace(/(..)/g, "$1 ").trim();

function frameRow(frame) {
  const fromKiosk = frame.direction === "host-to-device";
  const row = element("li", { className: fromKiosk ? "from-kiosk" : "" },
    element("span", {}, frame.time_s.toFixed(3)), element("span", {}, frame.device), element("span", {}, fromKiosk ? "kiosk →" : "→ kiosk"),
    element("b", { title: frame.note }, frame.note), element("code", { title: spaced(frame.hex) }, spaced(frame.hex).slice(0, LONGEST_SHOWN)));
  row.frame = frame;
  return row;
}

function wanted(frame) {
  const words = byId("wire-words").value.trim().toLowerCase();
  const text = `${frame.note} ${frame.hex} ${spaced(frame.hex)}`.toLowerCase();
  return (!byId("wire-device").value || frame.device === byId("wire-device").value)
    && (!byId("wire-way").value || frame.direction === byId("wire-way").value)
    && (!words || text.includes(words));
}

function filtered() {
  for (const row of byId("wire").children) row.hidden = !wanted(row.frame);
  const query = new URLSearchParams({ polling: byId("polls").checked ? "yes" : "no" });
  if (byId("wire-device").value) query.set("device", byId("wire-device").value);
  if (byId("wire-way").value) query.set("direction", byId("wire-way").value);
  byId("wire-file").href = `/api/wire.toml?${query}`;
}

const growWire = growing(byId("wire"),
  async (last) => (await ask(`/api/wire?since=${last}&polling=${byId("polls").checked ? "yes" : "no"}`)).frames,
  (frame) => { const row = frameRow(frame); row.hidden = !wanted(frame); return row; }, (frame) => frame.number);
const drawWire = when(["wire", "polling"], async () => { if (!byId("wire-pause").checked) await growWire(); });

for (const id of ["wire-device", "wire-way", "wire-words"]) byId(id).addEventListener("input", filtered);
byId("wire-pause").addEventListener("change", drawWire);
byId("polls").addEventListener("change", () => { listen(byId("polls").checked); filtered(); });

export function drawWireDevices(room) {
  const names = ["", ...room.devices.map((one) => one.name), ...(room.signals ?? []).map((one) => one.name)];
  keyed(byId("wire-device"), names, (name) => name || "all", (name) => element("option", { value: name }, name || "all devices"));
}

function fact(...words) {
  return words.filter(Boolean).join(" · ");
}

function journalRow(row) {
  const more = fact(row.item, row.patron && `patron ${row.patron}`, row.afi && `AFI ${row.afi}`, row.due && `due ${row.due.slice(0, 10)}`, row.reasons?.join(", "), row.note);
  return element("li", {}, element("span", {}, `#${row.id}`), element("span", {}, row.at.slice(11, 19)), element("b", {}, row.kind), element("span", { title: more }, more));
}

let newestRow = 0;
when(["journal"], async () => {
  const { rows } = await ask(`/api/journal?since=${newestRow}`);
  if (!rows.length) return;
  newestRow = rows.at(-1).id;
  byId("journal").prepend(...rows.map(journalRow).reverse());
  while (byId("journal").childElementCount > MOST_ROWS) byId("journal").lastElementChild.remove();
});

function messageRow(one) {
  const flags = fact(`QoS ${one.qos}`, one.retain && "retained", `${one.size} bytes`);
  return element("li", { className: "message" }, element("span", {}, one.time_s.toFixed(2)), element("b", { title: flags }, one.topic),
    element("code", { title: one.text }, one.text.slice(0, LONGEST_SHOWN)));
}

const growMessages = growing(byId("messages"), async (last) => {
  const { messages, why } = await ask(`/api/messages?since=${last}`);
  byId("messages-why").hidden = !why;
  byId("messages-why").textContent = why;
  return messages;
}, messageRow, (one) => one.number);
when(["messages"], growMessages);

async function play(name) {
  try {
    await new Audio(`/api/sound/${encodeURIComponent(name)}.wav`).play();
  } catch (trouble) {
    complain(`The sound cannot be played here: ${trouble.message}`);
  }
}

function heardRow(one) {
  const words = one.kind === "sound"
    ? button(`♪ ${one.sound}`, `Play the sound ${one.sound}`, () => play(one.sound))
    : element("span", { title: one.text }, one.text.split("\n").join(" · "));
  return element("li", {}, element("span", {}, one.time_s.toFixed(1)), element("b", {}, one.kind === "sound" ? "sound" : "words"), words);
}

let newestHeard = 0;
when(["heard"], async () => {
  const { heard } = await ask(`/api/heard?since=${newestHeard}`);
  if (!heard.length) return;
  newestHeard = heard.at(-1).number;
  byId("heard").prepend(...heard.map(heardRow).reverse());
  while (byId("heard").childElementCount > MOST_ROWS) byId("heard").lastElementChild.remove();
});

when(["paper"], async () => {
  const { strips } = await ask("/api/paper");
  keyed(byId("paper"), strips.map((strip, place) => ({ ...strip, place })).filter((strip) => strip.height).reverse(), (strip) => strip.place, (strip) => element("li", {},
    element("img", { src: `/api/paper/${strip.place}.png?height=${strip.height}&ink=${strip.ink}&cut=${strip.cut}`, alt: `Receipt ${strip.place + 1}${strip.cut ? "" : ", not cut off yet"}` })));
});

tabs(document.querySelector(".evidence .tabs"));
filtered();
