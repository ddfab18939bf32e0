// Moving books: by mouse or finger, or picked up and laid down with the keyboard.

import { say } from "./api.js";
import { byId } from "./dom.js";

const FAR_PX = 6;
let dropped = () => {};
let carried = null;

/** Call `drop(name, target, point)` when a book was let go over a target; `point` is null where a keyboard did it. */
export function onDrop(drop) {
  dropped = drop;
}

const targets = () => [...document.querySelectorAll(".target")].filter((one) => one.offsetParent !== null);

/** Make an element one that can be carried. `title` is said. */
export function carriable(node, name, title) {
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("button")) return;
    const start = { x: event.clientX, y: event.clientY };
    let ghost = null;
    const move = (moved) => {
      if (moved.pointerId !== event.pointerId) return;
      if (!ghost && Math.hypot(moved.clientX - start.x, moved.clientY - start.y) < FAR_PX) return;
      moved.preventDefault();
      ghost ??= lifted(node);
      ghost.style.translate = `${moved.clientX}px ${moved.clientY}px`;
      mark(targetAt(moved));
    };
    const end = (ended) => {
      if (ended.pointerId !== event.pointerId) return;
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      mark(null);
      if (!ghost) return;
      ghost.remove();
      node.addEventListener("click", (click) => click.stopImmediatePropagation(), { capture: true, once: true });
      const target = ended.type === "pointerup" ? targetAt(ended) : null;
      if (target) dropped(name, target, { x: ended.clientX, y: ended.clientY });
    };
    addEventListener("pointermove", move, { passive: false });
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  });
  node.addEventListener("keydown", (event) => {
    if (event.target !== node || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    pickUp(node, name, title);
  });
}

function lifted(node) {
  const ghost = node.cloneNode(true);
  const box = node.getBoundingClientRect();
  ghost.classList.add("ghost");
  ghost.removeAttribute("id");
  ghost.style.width = `${Math.min(box.width, 260)}px`;
  document.body.append(ghost);
  return ghost;
}

function targetAt(event) {
  return document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.classList.contains("target")) ?? null;
}

function mark(target) {
  for (const one of document.querySelectorAll(".target.over")) if (one !== target) one.classList.remove("over");
  target?.classList.add("over");
}

function pickUp(node, name, title) {
  putBack();
  carried = { node, name };
  document.body.classList.add("carrying");
  for (const one of targets()) one.tabIndex = 0;
  say(`${title} is in your hand. Choose a place with the arrow keys or Tab, lay it down with Enter, or press Escape.`);
  byId("pad").focus();
}

function putBack() {
  if (!carried) return;
  carried = null;
  document.body.classList.remove("carrying");
  for (const one of document.querySelectorAll(".target")) one.tabIndex = -1;
}

document.addEventListener("keydown", (event) => {
  if (!carried) return;
  const { node, name } = carried;
  const all = targets();
  const place = all.indexOf(document.activeElement);
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") {
    putBack();
    node.focus();
    say("It stays where it was.");
  } else if (step) {
    event.preventDefault();
    all[(place + step + all.length) % all.length].focus();
  } else if ((event.key === "Enter" || event.key === " ") && place >= 0) {
    event.preventDefault();
    event.stopPropagation();
    putBack();
    dropped(name, all[place], null);
  }
}, { capture: true });
