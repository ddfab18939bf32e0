// What has changed on the bench: a part of the page is drawn again when it is told, and at no other time.

import { status } from "./api.js";

const listeners = new Map();

/** Call `draw` when one of these has changed. While it works, further changes wait for one more call. */
export function when(what, draw) {
  let busy = false;
  let again = false;
  const run = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      do { again = false; await draw(); } while (again);
    } catch (trouble) {
      if (trouble.status === undefined) throw trouble;
    } finally {
      busy = false;
    }
  };
  for (const one of what) listeners.set(one, [...(listeners.get(one) ?? []), run]);
  return run;
}

let source;
let gone = false;

/** Listen; `polling` where frames that repeat are wanted, too. */
export function listen(polling) {
  source?.close();
  source = new EventSource(`/api/events${polling ? "?polling=yes" : ""}`);
  source.addEventListener("open", () => {
    if (gone) location.reload(); // it was started again: nothing that is shown here is true any more
    status("Everything is running.");
  });
  source.addEventListener("error", () => {
    gone = true;
    status("The bench is gone; trying again…", true);
  });
  source.addEventListener("changed", (event) => {
    const runs = new Set(JSON.parse(event.data).what.flatMap((one) => listeners.get(one) ?? []));
    for (const run of runs) run();
  });
}
