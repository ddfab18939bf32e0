"use strict";
// Shows each sight that the gate sends. Whatever a tag or a catalogue says is set as text, never as markup.

const {words: WORDS, cuts: CUTS} = JSON.parse(document.body.dataset.words);
const LOCALE = document.documentElement.lang === "zh" ? "zh-CN" : "en-GB";
const LEVELS = {raised: "error", seen: "warn", cleared: "ok", false: "quiet"};
const CHECK_LEVELS = {rang: "ok", "tag-open": "error", silent: "error", "no-signal": "error", unfinished: "warn"};
const NEXT = {raised: ["seen"], seen: ["cleared", "false"], cleared: [], false: []};
const CLOSED_SHOWN = 5;
const ITEMS_SHOWN = 2;
const unfolded = new Set();

const t = (key, values = {}) => WORDS[key].replace(/\{([\w-]+)\}/g, (whole, name) => values[name] ?? whole);
// What a cause is called; what no catalogue has is shown as it was told, for the technician.
function cut(why) {
  const words = WORDS[`cut.${CUTS[why] || why.split(":")[0]}`];
  return words && !CUTS[why] && why.includes(":") ? `${words} (${why.slice(why.indexOf(":") + 1).trim()})` : words || why;
}
const byId = (id) => document.getElementById(id);
let zone = "UTC";
let known = null;
let audio = null;

function clock(instant, options) {
  return new Intl.DateTimeFormat(LOCALE, {timeZone: zone, ...options}).format(new Date(instant));
}
const timeOf = (instant) => clock(instant, {hour: "2-digit", minute: "2-digit", second: "2-digit"});
const dayOf = (instant) => clock(instant, {day: "numeric", month: "short", hour: "2-digit", minute: "2-digit"});

function pill(element, state, words) {
  element.dataset.state = state;
  element.textContent = words;
  element.hidden = false;
}
const from = (template) => byId(template).content.firstElementChild.cloneNode(true);

// Of several items for one reason, the first says what to do.
function itemRow(item, saysWhy, saysWhat) {
  const row = from("item");
  row.querySelector(".title").textContent = item.title || item.item || item.uid || t("alarms.no-number");
  row.querySelector(".shelf").textContent = [item.call_number, item.author].filter(Boolean).join(" · ");
  row.querySelector(".why").textContent = saysWhy ? t(`why.${item.kind}`) : "";
  row.querySelector(".do").textContent = saysWhat ? t(`do.${item.kind}`) : "";
  const about = [item.title && item.item, item.uid];
  if (item.loan) about.push(t(`loan.${item.loan}`) + (item.loan_at ? ` ${dayOf(item.loan_at)}` : ""));
  if (item.rule === "mark") about.push(t("alarms.by-tag"));
  row.querySelector(".about").textContent = about.filter(Boolean).join(" · ");
  return row;
}

function stateOf(told) {
  const state = t(`state.${told.state}`);
  return told.by ? t("state.by", {state, who: told.by}) : state;
}

function alarmRow(alarm) {
  const row = from("alarm");
  row.dataset.alarm = alarm.id;
  row.dataset.state = alarm.state;
  pill(row.querySelector(".state"), LEVELS[alarm.state], stateOf(alarm));
  const way = alarm.outward === null ? null : alarm.outward ? "alarms.out" : "alarms.in";
  row.querySelector(".where").textContent = way === null ? alarm.gate : t(way, {gate: alarm.gate});
  row.querySelector("time").textContent = timeOf(alarm.raised_at);
  const hints = [];
  const count = alarm.items.length + alarm.more;
  if (count > 1) hints.push(t("alarms.many", {count}));
  if (alarm.lingers) hints.push(t("do.lingers"));
  if (alarm.late) hints.push(t("do.late"));
  row.querySelector(".hint").textContent = hints.join("\n");
  row.querySelector(".hint").hidden = hints.length === 0;
  if (alarm.picture) {
    row.querySelector(".picture").src = `/pictures/${encodeURIComponent(alarm.id)}`;
    row.querySelector(".picture").hidden = false;
  }
  const kinds = [...new Set(alarm.items.map((one) => one.kind))];
  const firsts = kinds.map((kind) => alarm.items.find((one) => one.kind === kind));
  const rest = alarm.items.filter((one) => !firsts.includes(one));
  const rows = [...firsts.map((one) => itemRow(one, true, true)), ...rest.map((one) => itemRow(one, kinds.length > 1, false))];
  row.querySelector(".items").append(...rows.slice(0, kinds.length + ITEMS_SHOWN));
  const others = row.querySelector(".others");
  others.querySelector(".items").append(...rows.slice(kinds.length + ITEMS_SHOWN));
  others.querySelector("summary").textContent = t("alarms.more", {count: rows.length - kinds.length - ITEMS_SHOWN + alarm.more});
  others.hidden = rows.length <= kinds.length + ITEMS_SHOWN;
  others.open = unfolded.has(alarm.id);
  others.addEventListener("toggle", () => (others.open ? unfolded.add(alarm.id) : unfolded.delete(alarm.id)));
  for (const next of NEXT[alarm.state]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = t(`answer.${next}`);
    button.dataset.answer = next;
    button.addEventListener("click", () => answer(alarm.id, next, button));
    row.querySelector(".answers").append(button);
  }
  if (known !== null && !known.has(alarm.id)) row.classList.add("new");
  return row;
}

async function say(path, words, button) {
  const who = byId("who").value.trim() || t("phone.guard");
  button.disabled = true;
  const told = await fetch(path, {
    method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({...words, by: who}),
  }).catch(() => null);
  if (!told || !told.ok) button.disabled = false;
}
const answer = (alarm, state, button) => say(`/alarms/${encodeURIComponent(alarm)}`, {state}, button);

function checkRow(check) {
  const row = from("check");
  const named = check.waits ? "waits" : check.result || "not-yet";
  pill(row.querySelector(".pill"), check.waits ? "warn" : CHECK_LEVELS[check.result] || "quiet", t(`check.${named}`));
  row.querySelector("strong").textContent = check.gate;
  const facts = [check.at && dayOf(check.at), check.by];
  if (check.rssi_dbm !== null) facts.push(t("gates.strength", {dbm: check.rssi_dbm}));
  if (check.noise) facts.push(t("check.noises", {count: check.noise}));
  row.querySelector(".facts").textContent = facts.filter(Boolean).join(" · ");
  const [result, label] = check.waits ? ["silent", t("check.stays-silent")] : check.result === "rang" ? ["no-signal", t("check.nothing-lit")] : [];
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
  const trouble = gate.heard ? gate.troubles[0] : "not-watched";
  pill(row.querySelector(".pill"), gate.heard ? (trouble ? "warn" : "ok") : "error", t(`gates.${trouble || "watched"}`));
  row.querySelector("strong").textContent = gate.gate;
  const facts = gate.heard ? [] : [t("gates.since", {day: dayOf(gate.since), why: cut(gate.why)})];
  if (gate.dbm !== null) facts.push(t("gates.strength", {dbm: gate.dbm}));
  if (gate.noises) facts.push(t("gates.noises", {count: gate.noises}));
  row.querySelector(".facts").textContent = facts.join(" · ");
  row.querySelector(".do").hidden = !trouble;
  row.querySelector(".do").textContent = trouble ? t(`gate-do.${trouble}`) : "";
  return row;
}

function age(seconds) {
  if (seconds < 120) return t("copy.current");
  return seconds < 7200 ? t("copy.minutes", {count: Math.round(seconds / 60)}) : t("copy.hours", {count: Math.round(seconds / 3600)});
}

function showCopy(sight) {
  const copy = sight.copy;
  pill(byId("rule"), sight.rule === "ledger" ? "ok" : "warn", t(sight.rule === "ledger" ? "copy.ledger" : "copy.tags"));
  const words = [copy.as_of === null ? t("copy.none") : t("copy.is", {age: age(copy.age_s), count: copy.keys})];
  if (copy.as_of !== null && sight.rule === "mark") words.push(t("copy.old"));
  if (copy.trouble) words.push(t("copy.kept-out", {why: copy.trouble}));
  byId("copy").textContent = words.join(" ");
}

function show(sight) {
  zone = sight.time_zone;
  pill(byId("page-line"), "ok", t("page.live"));
  byId("clock").textContent = clock(sight.now, {hour: "2-digit", minute: "2-digit"});
  showCopy(sight);
  const line = sight.line.central ? "central" : sight.line.broker ? "no-central" : "no-network";
  pill(byId("network"), sight.line.central ? "ok" : "warn", t(`line.${line}`));
  const disk = sight.trouble && (sight.trouble === "disk-full" ? "disk-full" : "disk");
  byId("disk").hidden = !disk;
  if (disk) pill(byId("disk"), "error", t(`line.${disk}`));
  const toDo = [disk, line].map((one) => WORDS[`line-do.${one}`]).filter(Boolean);
  byId("line-do").textContent = toDo.join(" ");
  byId("line-do").hidden = toDo.length === 0;
  byId("refused").hidden = !sight.refused;
  byId("refused").textContent = t("gates.refused", {count: sight.refused});
  const open = sight.alarms.filter((one) => NEXT[one.state].length > 0);
  const closed = sight.alarms.filter((one) => NEXT[one.state].length === 0).slice(0, CLOSED_SHOWN);
  byId("alarms-empty").hidden = open.length > 0;
  const focused = document.activeElement?.closest("[data-alarm]")?.dataset.alarm;
  byId("alarms").replaceChildren(...[...open, ...closed].map(alarmRow));
  if (focused) document.querySelector(`[data-alarm="${CSS.escape(focused)}"] button`)?.focus();
  if (known !== null && open.some((one) => !known.has(one.id) && !one.late)) ring();
  known = new Set(sight.alarms.map((one) => one.id));
  byId("gates").replaceChildren(...sight.gates.map(gateRow));
  showChecks(sight.checks);
  const counted = sight.people.filter((one) => one.entered || one.left).map((one) => t("gates.people", one));
  const ignored = Object.entries(sight.ignored).map(([why, count]) => t(`ignored.${why}`, {count}));
  if (ignored.length) counted.push(t("gates.ignored", {what: ignored.join(LOCALE === "zh-CN" ? "，" : ", ")}));
  if (sight.ignored["nothing-to-go-by"]) counted.push(t("gates.unknown"));
  byId("ignored").textContent = counted.join(" ");
}

function eventRow(event) {
  const row = from("event");
  row.querySelector("time").textContent = dayOf(event.at);
  let what = "";
  const about = [event.item, event.uid, event.afi === null || event.afi === undefined ? "" : `AFI ${event.afi.toString(16).toUpperCase().padStart(2, "0")}`];
  if (event.type === "lk.gate.passed") what = t(`passed.${event.why}`);
  else if (event.type === "lk.gate.watched") {
    what = event.state === "lost" ? t("search.lost") : t("search.back", {day: dayOf(event.since)});
    about.push(cut(event.why));
  } else if (event.type === "lk.gate.checked") {
    what = t("search.checked", {result: t(`check.${event.result}`)});
    about.push(event.by);
  } else if (event.kind) {
    what = t(event.late ? "search.rang-late" : "search.rang", {why: t(`why.${event.kind}`)});
    about.push(event.rule === "mark" ? t("search.by-tag") : t("search.by-ledger", {version: event.ledger_version, age: event.ledger_age_s}));
  } else what = stateOf(event);
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
  byId("sound").textContent = t(audio ? "phone.sound-on" : "phone.sound-off");
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
stream.onerror = () => pill(byId("page-line"), "error", t("page.not-connected"));
