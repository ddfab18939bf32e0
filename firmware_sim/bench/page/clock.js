// The devices' clock, and the recorder of scenarios.

import { ask, complain, order } from "./api.js";
import { button, byId, element, keyed } from "./dom.js";
import { when } from "./events.js";

const SPEEDS = [0.1, 0.5, 1, 2, 5, 20];

export function drawClock({ speed, paused }) {
  keyed(byId("clock"), [{ speed, paused }], () => "clock", () => {
    const choice = element("select", { "aria-label": "Speed of the devices" }, ...[...new Set([...SPEEDS, speed])].sort((a, b) => a - b)
      .map((one) => element("option", { value: one, selected: one === speed }, `${one}×`)));
    choice.addEventListener("change", () => order("/api/clock", { speed: Number(choice.value) }));
    const pause = button(paused ? "Run" : "Pause", paused ? "Let the devices' time go on" : "Stop the devices' time", () => order("/api/clock", { pause: !paused }), { "aria-pressed": String(paused) });
    const step = button("Step 0.1 s", "Let the devices live for a tenth of a second", () => order("/api/clock", { step_s: 0.1 }));
    return element("span", {}, element("small", {}, "Devices' clock"), choice, pause, step);
  });
}

async function drawRecorder() {
  let state;
  try {
    state = await ask("/api/recording");
  } catch (trouble) {
    byId("recorder").hidden = true;
    return;
  }
  byId("recorder").hidden = false;
  const steps = state.steps.length;
  keyed(byId("recorder"), [{ on: state.on, steps }], () => "recorder", () => {
    const toggle = state.on
      ? button(`■ Stop (${steps})`, "Stop recording", () => order("/api/recording", { stop: true }), { className: "recording" })
      : button("● Record", "Record what you do as a scenario", start);
    const parts = [toggle];
    if (!state.on && steps) parts.push(element("a", { className: "button", href: "/api/recording.toml", download: "recorded.scenario.toml" }, "Save scenario"));
    return element("span", {}, ...parts);
  });
}

async function start() {
  const now = new Date();
  if (!await order("/api/recording", { start: `Recorded on ${now.toISOString().slice(0, 10)} at ${now.toTimeString().slice(0, 5)}` })) complain("Nothing is recorded.");
}

when(["recording"], drawRecorder);
