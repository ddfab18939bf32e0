// An order's page tells by itself how far the order is, until it has ended. Without this it is read anew by hand.
"use strict";
(() => {
  const ended = ["stopped", "finished", "withdrawn", "lapsed"];
  async function again() {
    const shown = document.getElementById("moving");
    if (!document.hidden && !shown.contains(document.activeElement)) { // nothing moves under a finger
      try {
        const answer = await fetch(location.href);
        if (answer.redirected) return location.assign("/sign-in");
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const told = page.getElementById("moving");
        if (answer.ok && told && told.innerHTML !== shown.innerHTML) shown.replaceWith(told);
      } catch { /* the server is away: the next one asks again */ }
    }
    if (!ended.includes(document.getElementById("moving").dataset.state)) setTimeout(again, 2000);
  }
  setTimeout(again, 2000);
})();
