// Devices with their faults, the printer's parts, lamps, and codes under the scanner.

import { order } from "./api.js";
import { button, byId, element, keyed } from "./dom.js";

const PARTS = {
  paper: { ok: "In", "near-end": "Low", out: "Out" },
  cover: { closed: "Closed", open: "Open" },
  cutter: { ok: "Works", jam: "Jammed" },
};
const GOOD = new Set(["ok", "closed"]);
const KNOBS = {
  rate: { label: "share", step: 0.05, min: 0, max: 1 },
  seconds: { label: "seconds", step: 0.1, min: 0, max: 3600 },
};

export function drawDevices(room) {
  keyed(byId("faults"), room.devices, (one) => one.name, deviceRow);
  keyed(byId("printer"), Object.keys(PARTS).map((part) => ({ part, state: room.printer[part] })), (one) => one.part, partRow);
  const lamps = (room.signals ?? []).flatMap((board) => board.outputs.map((output) => ({ board: board.name, ...output })));
  byId("lamps").hidden = !lamps.length;
  keyed(byId("lamps"), lamps, (one) => `${one.board}.${one.channel}`, lamp);
  const codes = [...room.items.map((item) => [item.number, item.title]), ...room.cards.map((card) => [card.number, card.label])];
  keyed(byId("codes"), codes, ([number], place) => `${number}`, ([number, title]) => element("option", { value: number }, title));
}

function deviceRow(one) {
  const unplugged = one.fault === "unplug";
  const dot = element("span", { className: one.open ? "dot open" : "dot", title: one.open ? "The kiosk has it open" : "Nobody has it open" });
  const name = element("span", { className: "device", title: `${one.what}\n${one.protocol}, ${one.address}` },
    dot, element("b", {}, one.name), element("small", {}, `${one.open ? "in use" : "not open"} · ${one.what}`));
  const row = element("li", { className: one.fault === "none" ? "" : "faulty" }, name);
  if (one.faults.includes("unplug")) {
    row.append(button(unplugged ? "Plug in" : "Unplug", `${unplugged ? "Plug in" : "Unplug"} ${one.name}`,
      () => order("/api/faults", { device: one.name, fault: unplugged ? "none" : "unplug" }), { className: "plug", "aria-pressed": String(unplugged) }));
  } else row.append(element("span"));
  const choice = element("select", { "aria-label": `Fault of ${one.name}` }, ...one.faults.map((fault) =>
    element("option", { value: fault, selected: fault === one.fault }, fault === "none" ? "works" : fault)));
  choice.addEventListener("change", () => order("/api/faults", { device: one.name, fault: choice.value }));
  row.append(choice);
  for (const knob of one.knobs?.[one.fault] ?? []) row.append(knobOf(one, knob));
  return row;
}

function knobOf(device, knob) {
  const { label, step, min, max } = KNOBS[knob] ?? { label: knob, step: 1, min: 0, max: 1000 };
  const field = element("input", { type: "number", step, min, max, value: device[`fault_${knob}`] ?? "", placeholder: "until mended", "aria-label": `${label} of ${device.fault} of ${device.name}` });
  field.addEventListener("change", () => {
    const body = { device: device.name, fault: device.fault };
    for (const one of device.knobs[device.fault]) if (device[`fault_${one}`] !== null) body[one] = device[`fault_${one}`];
    if (field.value === "") delete body[knob];
    else body[knob] = Number(field.value);
    order("/api/faults", body);
  });
  return element("label", { className: "knob" }, label, field);
}

function partRow({ part, state }) {
  const choices = Object.entries(PARTS[part]).map(([value, word]) => button(word, `${part}: ${word}`,
    () => order("/api/printer", { [part]: value }), { className: GOOD.has(value) ? "" : "bad", "aria-pressed": String(value === state) }));
  return element("div", {}, element("span", {}, part), element("div", {}, ...choices));
}

function lamp(one) {
  return element("span", { className: one.on ? "lamp on" : "lamp", role: "img", "aria-label": `${one.board} output ${one.channel}: ${one.on ? "on" : "off"}` },
    `${one.board} ${one.channel} ${one.on ? "on" : "off"}`);
}

byId("scan").addEventListener("submit", async (event) => {
  event.preventDefault();
  await order("/api/scanner", { fire: byId("code").value });
  byId("code").select();
});
