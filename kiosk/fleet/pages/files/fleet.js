// The grid: rows come once as a whole, then one by one as they change. Each station has one tile for as long as the
// page is open; nothing is kept of what is past, so that a page on a wall does not grow.
"use strict";
(() => {
  const grid = document.getElementById("grid");
  const none = document.getElementById("none");
  const cut = document.getElementById("cut");
  const search = document.getElementById("q");
  const buttons = [...document.querySelectorAll("button.level")];
  const colours = { o: "var(--ok)", n: "var(--edge)", w: "var(--warn)", e: "var(--error)", ".": "transparent" };
  const cells = 96;
  const tiles = new Map(); // "site/station" → {key, level, text, node, place}
  const order = []; // the same, the worst first
  const counts = [0, 0, 0, 0];
  let version = 0;
  let only = null;

  const byName = new Intl.Collator("en", { numeric: true }).compare;
  const before = (a, b) => b.level - a.level || byName(a.key, b.key);

  function place(one) { // where it stands, or would stand
    let low = 0, high = order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(order[middle], one) < 0) low = middle + 1; else high = middle;
    }
    return low;
  }

  function strip(runs) {
    const stops = [];
    let at = 0;
    for (const [, letter, many] of runs.matchAll(/([a-z.])(\d+)/g)) {
      const colour = colours[letter] || "transparent", end = at + Number(many);
      stops.push(`${colour} ${(100 * at / cells).toFixed(2)}% ${(100 * end / cells).toFixed(2)}%`);
      at = end;
    }
    return stops.length ? `linear-gradient(to right, ${stops.join(", ")})` : "";
  }

  function made(site, station, key) {
    const node = document.createElement("a"), name = document.createElement("b");
    node.href = `/station/${site}/${station}`;
    name.textContent = station;
    const where = document.createElement("small");
    where.className = "muted";
    where.textContent = ` ${site}`;
    name.append(where);
    node.append(name, document.createElement("span"), document.createElement("i"));
    return { key, level: -1, text: null, runs: null, node };
  }

  function shows(one) {
    const asked = search.value.trim().toLowerCase();
    return (only === null || one.level === only) && (!asked || one.key.includes(asked) || one.text.toLowerCase().includes(asked));
  }

  function take([site, station, level, text, runs]) {
    const key = `${site}/${station}`;
    let one = tiles.get(key);
    if (!one) {
      one = made(site, station, key);
      tiles.set(key, one);
    } else if (one.level !== level) {
      order.splice(place(one), 1);
    }
    const [, told, line] = one.node.children;
    if (one.text !== text) told.textContent = text || grid.dataset.ok;
    if (one.runs !== runs) line.style.backgroundImage = strip(runs);
    one.text = text;
    one.runs = runs;
    if (one.level !== level) {
      if (one.level >= 0) counts[one.level] -= 1;
      counts[level] += 1;
      one.level = level;
      one.node.className = `tile l${level}`;
      const at = place(one);
      grid.insertBefore(one.node, at < order.length ? order[at].node : null);
      order.splice(at, 0, one);
    }
    one.node.hidden = !shows(one);
  }

  function all(rows) { // many at once: sorted once
    const gone = new Set(tiles.keys());
    for (const [site, station] of rows) gone.delete(`${site}/${station}`);
    for (const key of gone) drop(key);
    rows.sort((a, b) => b[2] - a[2] || byName(`${a[0]}/${a[1]}`, `${b[0]}/${b[1]}`));
    for (const row of rows) take(row);
  }

  function drop(key) {
    const one = tiles.get(key);
    order.splice(place(one), 1);
    counts[one.level] -= 1;
    one.node.remove();
    tiles.delete(key);
  }

  function state(told) {
    version = told.version;
    document.getElementById("no-broker").hidden = told.broker;
    document.getElementById("no-store").hidden = told.store;
    document.getElementById("alarms").textContent = told.alarms;
    for (const button of buttons) button.firstElementChild.textContent = counts[Number(button.dataset.level)];
    none.hidden = tiles.size > 0;
    grid.classList.toggle("few", tiles.size <= 36);
    grid.dataset.version = version;
    if (told.stations !== tiles.size) whole();
  }

  function filter() {
    for (const one of order) one.node.hidden = !shows(one);
  }

  let asking = false;
  async function whole() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch("/rows");
      if (!answer.ok || answer.redirected) return location.assign("/sign-in");
      const told = await answer.json();
      all(told.rows);
      told.stations = tiles.size;
      state(told);
    } catch {
      cut.hidden = false;
    } finally {
      asking = false;
    }
  }

  function listen() {
    const stream = new EventSource(`/changes?since=${version}`);
    stream.onmessage = (message) => {
      const told = JSON.parse(message.data);
      cut.hidden = true;
      for (const row of told.rows) take(row);
      state(told);
    };
    stream.onerror = () => { // the server went away, or the session is over: ask for the whole, then listen again
      stream.close();
      cut.hidden = false;
      setTimeout(async () => { await whole(); listen(); }, 2000);
    };
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      const level = Number(button.dataset.level);
      only = only === level ? null : level;
      for (const one of buttons) one.setAttribute("aria-pressed", String(Number(one.dataset.level) === only));
      filter();
    });
  }
  search.value = grid.dataset.q;
  search.addEventListener("input", filter);
  search.form.addEventListener("submit", (sent) => sent.preventDefault());
  whole().then(listen);
})();
