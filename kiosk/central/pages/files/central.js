"use strict";
// Shows each sight that central sends. Whatever a station, a catalogue or a patron wrote is set as text, never as markup.

const WHAT = {lent: "Lent", returned: "Returned", "taken-back": "Taken back"};
const PRESENCE = {
  "on-line": ["ok", "on line"], silent: ["error", "silent"], stopped: ["quiet", "stopped"], lost: ["error", "lost"],
  unknown: ["warn", "unknown"],
};
const MOST_EXCEPTIONS_SHOWN = 8;

const byId = (id) => document.getElementById(id);
let known = null;
let zone = "UTC";

function clock(instant, options) {
  return new Intl.DateTimeFormat("en-GB", {timeZone: zone, ...options}).format(new Date(instant));
}
const timeOf = (instant) => clock(instant, {hour: "2-digit", minute: "2-digit", second: "2-digit"});
const dayOf = (instant) => clock(instant, {day: "numeric", month: "short", year: "numeric"});
const dayKey = (instant) => clock(instant, {day: "2-digit", month: "2-digit", year: "numeric"});

function whenOf(instant, now) {
  if (dayKey(instant) === dayKey(now)) return timeOf(instant);
  return clock(instant, {day: "numeric", month: "short", hour: "2-digit", minute: "2-digit"});
}

function pill(element, state, words) {
  element.dataset.state = state;
  element.textContent = words;
  element.hidden = false;
}

function from(template) {
  return byId(template).content.firstElementChild.cloneNode(true);
}

function eventRow(event, now) {
  const row = from("event");
  row.dataset.fact = event.id;
  row.querySelector(".time").textContent = whenOf(event.at, now);
  pill(row.querySelector(".what"), event.kind, WHAT[event.kind]);
  row.querySelector(".title span").textContent = event.title || "An item without a number";
  row.querySelector(".title small").textContent = event.title === event.item ? "" : event.item;
  row.querySelector(".patron").textContent = event.patron || "";
  row.querySelector(".due").textContent = event.due ? dayOf(event.due) : "";
  row.querySelector(".station").textContent = event.station;
  if (known !== null && !known.has(event.id)) row.classList.add("new");
  return row;
}

function stationRow(station) {
  const row = from("station");
  const [state, words] = PRESENCE[station.presence];
  pill(row.querySelector(".presence"), state, words);
  row.querySelector("strong").textContent = station.station;
  const facts = [`heard ${timeOf(station.seen_at)}`];
  if (station.outbox) facts.push(`${station.outbox} facts wait`);
  for (const [device, how] of Object.entries(station.devices)) if (how !== "ok") facts.push(`${device}: ${how}`);
  if (station.paper && station.paper !== "ok") facts.push(`paper: ${station.paper}`);
  row.querySelector(".facts").textContent = facts.join(", ");
  return row;
}

function exceptionRow(one, now) {
  const row = from("exception");
  row.dataset.exception = one.id;
  row.querySelector(".says").textContent = one.says;
  const about = [one.title || one.item, one.title && one.item, one.station, whenOf(one.at, now)];
  row.querySelector(".about span").textContent = about.filter(Boolean).join(", ");
  const button = row.querySelector("button");
  button.setAttribute("aria-label", `Done: ${one.says}`);
  button.addEventListener("click", () => done(one.id, button));
  return row;
}

async function done(number, button) {
  button.disabled = true;
  const answer = await fetch(`/api/v1/exceptions/${number}/close`, {method: "POST"}).catch(() => null);
  if (!answer || !answer.ok) button.disabled = false;
}

function list(id, rows) {
  byId(id).replaceChildren(...rows);
  byId(`${id}-empty`).hidden = rows.length > 0;
}

function showVisits(visits) {
  byId("visits").hidden = visits === null;
  if (visits === null) return;
  byId("visits-today").textContent = visits.today;
  const most = Math.max(1, ...visits.hours);
  byId("visits-hours").replaceChildren(...visits.hours.map((count, hour) => {
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const height = 56 * count / most;
    for (const [name, value] of [["x", hour * 10 + 1], ["y", 60 - height], ["width", 8], ["height", height], ["rx", 1.5]]) {
      bar.setAttribute(name, value);
    }
    const words = document.createElementNS("http://www.w3.org/2000/svg", "title");
    words.textContent = `${hour}:00 to ${hour + 1}:00: ${count}`;
    bar.append(words);
    return bar;
  }));
}

function keepFocus(change) {
  const focused = document.activeElement?.closest("[data-exception]")?.dataset.exception;
  change();
  if (focused) document.querySelector(`[data-exception="${CSS.escape(focused)}"] button`)?.focus();
}

function show(sight) {
  pill(byId("page-line"), "ok", "Live");
  pill(byId("broker"), sight.broker ? "ok" : "error", sight.broker ? "Broker" : "No broker");
  pill(byId("store"), sight.store ? "ok" : "error", sight.store ? "Database" : "Database away");
  if (!sight.events) return;
  zone = sight.time_zone;
  byId("clock").textContent = clock(sight.now, {hour: "2-digit", minute: "2-digit"});
  for (const [name, figure] of Object.entries(sight.figures)) byId(`figure-${name}`).textContent = figure;
  byId("overdue").dataset.state = sight.figures.overdue ? "warn" : "";
  byId("to-look-at").dataset.state = sight.figures.exceptions ? "warn" : "";
  byId("events").hidden = sight.events.length === 0;
  byId("events-empty").hidden = sight.events.length > 0;
  byId("events").tBodies[0].replaceChildren(...sight.events.map((event) => eventRow(event, sight.now)));
  known = new Set(sight.events.map((event) => event.id));
  showVisits(sight.visits);
  list("stations", sight.stations.map(stationRow));
  const newest = sight.exceptions.slice(0, MOST_EXCEPTIONS_SHOWN);
  keepFocus(() => list("exceptions", newest.map((one) => exceptionRow(one, sight.now))));
  const more = sight.figures.exceptions - newest.length;
  byId("exceptions-more").hidden = more <= 0;
  byId("exceptions-more").textContent = `and ${more} more: GET /api/v1/exceptions?open=true`;
}

const stream = new EventSource("/live");
stream.onmessage = (message) => show(JSON.parse(message.data));
stream.onerror = () => pill(byId("page-line"), "error", "Not connected");
