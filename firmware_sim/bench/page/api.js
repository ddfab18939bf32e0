// Asking the bench and giving it orders; what goes wrong is told in words.

import { byId } from "./dom.js";

const GONE = "The bench does not answer. Is firmware-sim still running?";
const SHOWN_MS = 8000;
let hiding;

/** Returns the answer's object; throws an Error whose `status` is the answer's. */
export async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw Object.assign(new Error(GONE), { status: 0 });
  }
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(content.error ?? answer.statusText), { status: answer.status });
  return content;
}

const SLOWLY = new Set(["/api/world", "/api/recording"]); // a power cut takes seconds: nobody's hands wait for it
const queues = new Map();

/** Give an order; whether it was carried out. Hands do one thing after the other, however fast the keys are pressed. */
export function order(path, body) {
  const queue = SLOWLY.has(path) ? path : "hands";
  const done = (queues.get(queue) ?? Promise.resolve()).then(() => carriedOut(path, body));
  queues.set(queue, done);
  return done;
}

async function carriedOut(path, body) {
  try {
    await ask(path, body);
    return true;
  } catch (trouble) {
    complain(trouble.message);
    return false;
  }
}

/** Show what could not be done. */
export function complain(words) {
  const toast = byId("toast");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { toast.hidden = true; }, SHOWN_MS);
}

/** Tell whoever listens to the page. */
export function say(words) {
  byId("said").textContent = words;
}

/** How the bench is: `trouble` where something has to be done about it. */
export function status(words, trouble = false) {
  byId("status").textContent = words;
  byId("status").classList.toggle("trouble", trouble);
}
