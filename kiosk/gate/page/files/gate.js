"use strict";
// Shows each sight that the gate sends. Whatever a tag or a catalogue says is set as text, never as markup.

const STATES = {
  raised: ["error", "Alarm"], seen: ["warn", "Somebody is there"], cleared: ["ok", "Settled"], false: ["quiet", "False alarm"],
};
const WHY = {
  "not-lent": "Not lent",
  "opened-not-lent": "Not lent, but its tag says it is",
  "mark-changed": "Not lent, and its tag says something strange",
  "mark-rings": "Its tag says it is not lent",
};
const WHAT_TO_DO = {
  "not-lent": "Ask kindly whether it was forgotten; go to the kiosk together.",
  "opened-not-lent": "Take it to the desk: somebody or something has switched its tag.",
  "mark-changed": "Take it to the desk: its tag was changed.",
  "mark-rings": "Ask for the receipt: the ledger could not be asked.",
};
const LOANS = {
  lent: "lent", returned: "last brought back", undone: "last loan was undone", never: "never lent",
  "implied-return": "last brought back",
};
const PASSED = {
  lent: "Passed: lent", "lent-tag-closed": "Passed: lent, but its tag says in stock – repair it",
  "mark-open": "Passed: its tag says lent",
};
const IGNORED = {
  "other-library": "of other libraries", card: "cards", "no-library": "other tags", "other-mark": "with other marks",
  "nothing-to-go-by": "nothing known of",
};
const CHECKED = {
  rang: ["ok", "rang"], "tag-open": ["error", "the test tag itself is open: write it anew"], silent: ["error", "stayed silent"],
  "no-signal": ["error", "no lamp or no sound"], unfinished: ["warn", "not finished"],
};
const ANSWERS = {raised: [["seen", "I see it"]], seen: [["cleared", "Settled"], ["false", "False alarm"]], cleared: [], false: []};
const CLOSED_SHOWN = 5;

const byId = (id) => document.getElementById(id);
let zone = "UTC";
let known = null;
let audio = null;

function clock(instant, options) {
  return new Intl.DateTimeFormat("en-GB", {timeZone: zone, ...options}).format(new Date(instant));
}
const timeOf = (instant) => clock(instant, {hour: "2-digit", minute: "2-digit", second: "2-digit"});
const dayOf = (instant) => clock(instant, {day: "numeric", month: "short", hour: "2-digit", minute: "2-digit"});

function pill(element, state, words) {
  element.dataset.state = state;
  element.textContent = words;
  element.hidden = false;
}
const from = (template) => byId(template).content.firstElementChild.cloneNode(true);

function itemRow(item) {
  const row = from("item");
  row.querySelector(".title").textContent = item.title || item.item || item.uid || "An item without a number";
  row.querySelector(".shelf").textContent = [item.call_number, item.author].filter(Boolean).join(" · ");
  row.querySelector(".why").textContent = WHY[item.kind];
  row.querySelector(".do").textContent = WHAT_TO_DO[item.kind];
  const about = [item.title && item.item, item.uid];
  if (item.loan) about.push(LOANS[item.loan] + (item.loan_at ? ` ${dayOf(item.loan_at)}` : ""));
  if (item.rule === "mark") about.push("by its tag alone");
  row.querySelector(".about").textContent = about.filter(Boolean).join(" · ");
  return row;
}

function alarmRow(alarm) {
  const row = from("alarm");
  row.dataset.alarm = alarm.id;
  row.dataset.state = alarm.state;
  const [state, words] = STATES[alarm.state];
  pill(row.querySelector(".state"), state, alarm.by ? `${words}: ${alarm.by}` : words);
  const way = alarm.outward === null ? "" : alarm.outward ? ", going out" : ", coming in";
  row.querySelector(".where").textContent = `${alarm.gate}${way}`;
  row.querySelector("time").textContent = timeOf(alarm.raised_at);
  const hints = [];
  if (alarm.lingers) hints.push("Something stands beside the aisle: a trolley, or a shelf that is too near.");
  if (alarm.late) hints.push("The gate told it late: whoever it was has gone.");
  row.querySelector(".hint").textContent = hints.join(" ");
  row.querySelector(".hint").hidden = hints.length === 0;
  if (alarm.picture) {
    row.querySelector(".picture").src = `/pictures/${encodeURIComponent(alarm.id)}`;
    row.querySelector(".picture").hidden = false;
  }
  row.querySelector(".items").append(...alarm.items.map(itemRow));
  row.querySelector(".more").textContent = `and ${alarm.more} more`;
  row.querySelector(".more").hidden = alarm.more === 0;
  for (const [next, label] of ANSWERS[alarm.state]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.dataset.answer = next;
    button.addEventListener("click", () => answer(alarm.id, next, button));
    row.querySelector(".answers").append(button);
  }
  if (known !== null && !known.has(alarm.id)) row.classList.add("new");
  return row;
}

async function say(path, words, button) {
  const who = byId("who").value.trim() || "a guard";
  button.disabled = true;
  const told = await fetch(path, {
    method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({...words, by: who}),
  }).catch(() => null);
  if (!told || !told.ok) button.disabled = false;
}
const answer = (alarm, state, button) => say(`/alarms/${encodeURIComponent(alarm)}`, {state}, button);

function checkRow(check) {
  const row = from("check");
  const [state, words] = check.waits ? ["warn", "carry the tag through"] : CHECKED[check.result] || ["quiet", "not checked yet"];
  pill(row.querySelector(".pill"), state, words);
  row.querySelector("strong").textContent = check.gate;
  const facts = [check.at && dayOf(check.at), check.by];
  if (check.rssi_dbm !== null) facts.push(`${check.rssi_dbm} dBm`);
  if (check.noise) facts.push(`${check.noise} disturbances`);
  row.querySelector(".facts").textContent = facts.filter(Boolean).join(" · ");
  const [result, label] = check.waits ? ["silent", "It stays silent"] : check.result === "rang" ? ["no-signal", "No lamp or no sound"] : [];
  if (result) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = label;
    button.dataset.result = result;
    button.addEventListener("click", () => say(`/checks/${encodeURIComponent(check.gate)}`, {result}, button));
    row.querySelector(".answers").append(button);
  }
  return row;
}

function showChecks(checks) {
  byId("checks-card").hidden = checks === null;
  byId("checks").replaceChildren(...(checks || []).map(checkRow));
  byId("begin").disabled = Boolean(checks) && checks.some((one) => one.waits);
}

function gateRow(gate) {
  const row = from("gate");
  pill(row.querySelector(".pill"), gate.heard ? "ok" : "error", gate.heard ? "watched" : "not watched");
  row.querySelector("strong").textContent = gate.gate;
  row.querySelector(".facts").textContent = gate.heard ? "" : `since ${dayOf(gate.since)}: ${gate.why}`;
  return row;
}

function age(seconds) {
  if (seconds < 120) return "current";
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes old` : `${Math.round(seconds / 3600)} hours old`;
}

function showCopy(sight) {
  const copy = sight.copy;
  pill(byId("rule"), sight.rule === "ledger" ? "ok" : "warn", sight.rule === "ledger" ? "Ledger" : "Tags alone");
  const words = [copy.as_of === null ? "No copy of the ledger yet: the tags alone decide." : `Ledger ${age(copy.age_s)}, ${copy.keys} entries.`];
  if (copy.as_of !== null && sight.rule === "mark") words.push("It is too old: the tags alone decide.");
  if (copy.trouble) words.push(`The newest was kept out: ${copy.trouble}`);
  byId("copy").textContent = words.join(" ");
}

function show(sight) {
  zone = sight.time_zone;
  pill(byId("page-line"), "ok", "Live");
  byId("clock").textContent = clock(sight.now, {hour: "2-digit", minute: "2-digit"});
  showCopy(sight);
  pill(byId("network"), sight.line.central ? "ok" : "warn", sight.line.central ? "Central" : sight.line.broker ? "No central" : "No network");
  byId("disk").hidden = !sight.trouble;
  if (sight.trouble) pill(byId("disk"), "error", sight.trouble === "disk-full" ? "Disk is full" : "Disk fails");
  byId("refused").hidden = !sight.refused;
  byId("refused").textContent = `${sight.refused} messages were refused since the start: broken, false, or told again. Tell the technician.`;
  const open = sight.alarms.filter((one) => ANSWERS[one.state].length > 0);
  const closed = sight.alarms.filter((one) => ANSWERS[one.state].length === 0).slice(0, CLOSED_SHOWN);
  byId("alarms-empty").hidden = open.length > 0;
  const focused = document.activeElement?.closest("[data-alarm]")?.dataset.alarm;
  byId("alarms").replaceChildren(...[...open, ...closed].map(alarmRow));
  if (focused) document.querySelector(`[data-alarm="${CSS.escape(focused)}"] button`)?.focus();
  if (known !== null && open.some((one) => !known.has(one.id) && !one.late)) ring();
  known = new Set(sight.alarms.map((one) => one.id));
  byId("gates").replaceChildren(...sight.gates.map(gateRow));
  showChecks(sight.checks);
  const counted = sight.people.filter((one) => one.entered || one.left).map((one) => `${one.gate}: ${one.entered} in, ${one.left} out in this quarter hour.`);
  const ignored = Object.entries(sight.ignored).map(([why, count]) => `${count} ${IGNORED[why]}`);
  if (ignored.length) counted.push(`Ignored since the start: ${ignored.join(", ")}.`);
  if (sight.ignored["nothing-to-go-by"]) counted.push("Of tags that are not known, a gate that tells no mark cannot say whether they ring: see docs/gate.md.");
  byId("ignored").textContent = counted.join(" ");
}

function eventRow(event) {
  const row = from("event");
  row.querySelector("time").textContent = dayOf(event.at);
  let what = "";
  const about = [event.item, event.uid, event.afi === null || event.afi === undefined ? "" : `AFI ${event.afi.toString(16).toUpperCase().padStart(2, "0")}`];
  if (event.type === "lk.gate.passed") what = PASSED[event.why];
  else if (event.type === "lk.gate.watched") {
    what = event.state === "lost" ? "Not watched from now on" : `Was not watched since ${dayOf(event.since)}`;
    about.push(event.why);
  } else if (event.type === "lk.gate.checked") {
    what = `Checked: ${CHECKED[event.result][1]}`;
    about.push(event.by);
  } else if (event.kind) {
    what = `${event.late ? "Rang (told late)" : "Rang"}: ${WHY[event.kind]}`;
    about.push(event.rule === "mark" ? "by the tag alone" : `by ledger ${event.ledger_version}, ${event.ledger_age_s} s old`);
  } else what = `${STATES[event.state][1]}${event.by ? `: ${event.by}` : ""}`;
  about.push(event.gate);
  row.querySelector(".what").textContent = what;
  row.querySelector(".about").textContent = about.filter(Boolean).join(" · ");
  return row;
}

async function history(words) {
  const told = await fetch(`/history?words=${encodeURIComponent(words)}`).catch(() => null);
  if (!told || !told.ok) return;
  const {found} = await told.json();
  byId("found").replaceChildren(...found.map(eventRow));
  byId("found-empty").hidden = found.length > 0;
}

function ring() {
  if (!audio) return;
  for (const [start, tone] of [[0, 880], [0.25, 660], [0.5, 880]]) {
    const voice = audio.createOscillator();
    const loudness = audio.createGain();
    voice.frequency.value = tone;
    loudness.gain.value = 0.25;
    voice.connect(loudness).connect(audio.destination);
    voice.start(audio.currentTime + start);
    voice.stop(audio.currentTime + start + 0.2);
  }
}

byId("sound").addEventListener("click", () => {
  if (audio) audio.close();
  audio = audio ? null : new AudioContext();
  byId("sound").setAttribute("aria-pressed", String(audio !== null));
  byId("sound").textContent = audio ? "Sound is on" : "Sound is off";
  ring();
});
byId("begin").addEventListener("click", () => say("/checks", {}, byId("begin")));
byId("search").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  history(byId("words").value.trim());
});
byId("latest").addEventListener("click", () => history(""));
byId("who").value = localStorage.getItem("who") || "";
byId("who").addEventListener("change", () => localStorage.setItem("who", byId("who").value.trim()));

const stream = new EventSource("/live");
stream.onmessage = (message) => show(JSON.parse(message.data));
stream.onerror = () => pill(byId("page-line"), "error", "Not connected");
