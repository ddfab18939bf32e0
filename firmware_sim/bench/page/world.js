// What lies beyond the devices: broker, central, the kiosk's process, the network, its clock and its disk.

import { order } from "./api.js";
import { button, byId, element, keyed } from "./dom.js";

const NAMES = { broker: "Broker", central: "Central", kiosk: "Kiosk" };
const ROADS = { ok: "works", cut: "cut", "half-open": "half-open: nothing passes, nobody is told", slow: "slow" };
const JUMPS = [["+1 day", 86400], ["+1 hour", 3600], ["−1 hour", -3600], ["−3 years", -94608000]];

const world = (body) => order("/api/world", body);

export function drawWorld(now) {
  byId("tab-world").hidden = !now;
  if (!now) return;
  const rows = [
    ...Object.entries(now.parts).map(([part, state]) => ({ kind: "part", part, state })),
    ...Object.entries(now.network).map(([end, state]) => ({ kind: "road", end, state })),
    { kind: "clock", off: now.clock_off_s },
    { kind: "disk", state: now.disk },
    { kind: "power" },
  ];
  keyed(byId("world"), rows, (row) => `${row.kind}.${row.part ?? row.end ?? ""}`, rowOf);
}

function rowOf(row) {
  switch (row.kind) {
    case "part": return partRow(row);
    case "road": return roadRow(row);
    case "clock": return element("div", { className: "row" }, label("Kiosk's clock", row.off ? `wrong by ${Math.round(row.off)} s` : "right"),
      element("span", {}, ...JUMPS.map(([word, seconds]) => button(word, `Set the kiosk's clock ${word}`, () => world({ do: "clock-jump", seconds })))));
    case "disk": return row.state === "none" ? element("div", { className: "row" }, label("Kiosk's disk", "cannot be filled here"))
      : element("div", { className: "row" }, label("Kiosk's disk", row.state === "full" ? "full" : "has room"),
        button(row.state === "full" ? "Free it" : "Fill it", "Fill or free the kiosk's disk", () => world({ do: row.state === "full" ? "free-disk" : "fill-disk" })));
    default: return element("div", { className: "row" }, label("Power", "everything at once, and on again"),
      button("Cut the power", "Cut the power of everything at once", () => world({ do: "power-cut" }), { className: "bad" }));
  }
}

const label = (name, state) => element("span", {}, element("b", {}, name), element("small", {}, state));

function partRow({ part, state }) {
  const runs = state === "running";
  const row = element("div", { className: runs ? "row" : "row faulty" }, label(NAMES[part] ?? part, runs ? "runs" : "stopped"));
  const choices = element("span", {});
  if (runs) {
    choices.append(button("Stop", `Stop ${part}`, () => world({ do: "stop", part })), button("Kill", `Kill ${part}`, () => world({ do: "kill", part })));
    if (part === "broker") choices.append(button("Forget", "The broker loses its memory", () => world({ do: "forget" })));
  } else choices.append(button("Start", `Start ${part}`, () => world({ do: "start", part })));
  row.append(choices);
  return row;
}

function roadRow({ end, state }) {
  const choice = element("select", { "aria-label": `Line of ${end} to the broker` },
    ...Object.entries(ROADS).map(([value, word]) => element("option", { value, selected: value === state }, word)));
  choice.addEventListener("change", () => world({ do: "network", between: end, state: choice.value }));
  return element("div", { className: state === "ok" ? "row" : "row faulty" }, label(`Line of ${end}`, "to the broker"), choice);
}
