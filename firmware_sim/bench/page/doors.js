// Furniture with doors: the book-drop and the lockers. Books are dragged to them; buttons do what hands do.

import { order } from "./api.js";
import { button, byId, element, keyed } from "./dom.js";

const at = (door, what, more = {}) => order("/api/door", { door, do: what, ...more });

/** Draw all of it. `titleOf` says what a book is called, `cards` are the patrons' cards. */
export function drawDoors(room, titleOf) {
  const titles = (names) => names.map((name) => titleOf(room.items.find((item) => item.name === name)));
  const shown = (room.doors ?? []).map((one) => ({ ...one, cards: room.cards.map(({ name, label }) => ({ name, label })) }));
  keyed(byId("doors"), shown, (one) => one.name, (one) => (one.kind === "drop" ? drop(one, titles) : locker(one, titles)));
}

function place(door, where, label, says, data = {}) {
  const made = element("div", { className: "target", "data-target": where, "data-door": door, role: "button", tabIndex: -1, "aria-label": label }, element("b", {}, label), element("small", {}, says));
  for (const [name, value] of Object.entries(data)) made.dataset[name] = value;
  return made;
}

function drop({ name, outputs, front, tray, bins }, titles) {
  const [flap] = outputs;
  const before = front.length ? titles(front).join(", ") : "hold a book here";
  const rows = bins.map((books, place_) => element("li", {}, `Bin ${place_ + 1}: ${books.length ? titles(books).join(", ") : "empty"} `,
    button("Empty", `Pull out bin ${place_ + 1} of ${name} and push it in again`, async () => {
      await at(name, "pull-out", { number: place_ + 1 });
      setTimeout(() => at(name, "push-in", { number: place_ + 1 }), 600);
    })));
  return element("div", { className: "door" },
    place(name, "door-front", `Before the flap of ${name}`, `${before}; the flap is ${flap ? "open" : "locked"}`),
    element("p", {}, tray.length ? `In the tray: ${titles(tray).join(", ")}` : "The tray is empty"),
    button("Push in", `Push what is held before ${name} through its flap`, () => at(name, "push", { books: front })),
    button("Take back", `Take back what is held before ${name}`, () => at(name, "take-back", { books: front })),
    element("ul", { "aria-label": `Bins of ${name}` }, ...rows));
}

function locker({ name, boxes, cards }, titles) {
  const rows = boxes.map(({ open, unlocked, books }, place_) => {
    const number = place_ + 1;
    const state = open ? "open" : unlocked ? "unlocked" : "locked";
    const deeds = open
      ? [button("Shut", `Shut door ${number} of ${name}`, () => at(name, "shut", { number })), ...books.map((book) => button(`Take ${titles([book])[0]}`, `Take ${titles([book])[0]} out of ${name} ${number}`, () => at(name, "take", { number, books: [book] })))]
      : [button("Open", `Pull at door ${number} of ${name}`, () => at(name, "pull", { number })), button("Force", `Force door ${number} of ${name}`, () => at(name, "force", { number }))];
    return element("div", { className: "door" }, place(name, "door-box", `Door ${number} of ${name}`, `${state}; ${books.length ? titles(books).join(", ") : "empty"}`, { number }), ...deeds);
  });
  const chosen = element("select", { "aria-label": `Card for the scanner of ${name}` }, ...cards.map((card) => element("option", { value: card.name }, card.label || card.name)));
  const scan = button("Hold under the scanner", `Hold the chosen card under the scanner of ${name}`, () => at(name, "scan", { card: chosen.value }));
  return element("div", {}, ...rows, element("p", {}, chosen, " ", scan));
}
