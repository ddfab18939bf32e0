// Making elements, and keeping those that have not changed: whoever works with the keyboard stays where they were.

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("data-") || name.startsWith("aria-") || name === "role" || name === "list") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

export function button(text, label, press, properties = {}) {
  const made = element("button", { type: "button", title: label, "aria-label": label, ...properties }, text);
  made.addEventListener("click", press);
  return made;
}

const known = new WeakMap();

/** Show `things` as children of `list`: each is made again only when it has changed. */
export function keyed(list, things, keyOf, make) {
  const before = known.get(list) ?? new Map();
  const now = new Map();
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const focusedKey = focused?.closest("[data-key]")?.dataset.key;
  const rows = things.map((thing) => {
    const key = keyOf(thing);
    const said = JSON.stringify(thing);
    const kept = before.get(key);
    const row = kept?.said === said ? kept.row : make(thing);
    row.dataset.key = key;
    now.set(key, { said, row });
    return row;
  });
  for (const { row } of before.values()) if (!rows.includes(row)) row.remove();
  rows.forEach((row, place) => {
    const there = list.querySelectorAll(":scope > [data-key]")[place];
    if (there !== row) list.insertBefore(row, there ?? null);
  });
  known.set(list, now);
  if (focused && !focused.isConnected && focusedKey) {
    const row = now.get(focusedKey)?.row;
    const label = focused.getAttribute("aria-label");
    const again = row && [row, ...row.querySelectorAll("[aria-label]")].find((one) => one.getAttribute("aria-label") === label);
    (again ?? row)?.focus();
  }
}

const SPINES = ["#9C3B30", "#47697A", "#8A6212", "#6E5490", "#3F7A66", "#A8571B", "#7A4A3A", "#2F5D7C"];

/** A book's colour: the same for the same number, dark enough for white letters. */
export function spineOf(number) {
  let sum = 0;
  for (const digit of number) sum = (sum * 31 + digit.charCodeAt(0)) % 9973;
  return SPINES[sum % SPINES.length];
}

/** Tabs that are worked with arrows, as people with keyboards expect. */
export function tabs(list, chosen = () => {}) {
  const all = [...list.querySelectorAll("[role=tab]")];
  const choose = (tab) => {
    for (const one of all) {
      const on = one === tab;
      one.setAttribute("aria-selected", on);
      one.tabIndex = on ? 0 : -1;
      byId(one.getAttribute("aria-controls")).hidden = !on;
    }
    chosen(tab.getAttribute("aria-controls"));
  };
  for (const tab of all) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const shown = all.filter((one) => !one.hidden);
      const next = shown[(shown.indexOf(tab) + step + shown.length) % shown.length];
      choose(next);
      next.focus();
    });
  }
  choose(all.find((tab) => tab.getAttribute("aria-selected") === "true") ?? all[0]);
}
