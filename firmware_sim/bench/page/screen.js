// The kiosk's live screen: a click is a touch.

import { order } from "./api.js";
import { byId } from "./dom.js";

const picture = byId("screen");
const MARK_MS = 450;
let asked = false;

export function drawScreen(state) {
  if (state !== "none" && !asked) follow();
  picture.hidden = state === "none" || !picture.naturalWidth || picture.naturalWidth === 1;
  byId("no-screen").hidden = !picture.hidden;
  byId("no-screen").textContent = state === "none" ? "No kiosk is shown here: only the devices run." : "Waiting for the kiosk's screen…";
}

function follow() {
  asked = true;
  picture.src = `/screen.mjpeg?${Date.now()}`;
}

picture.addEventListener("load", () => {
  if (!asked) return;
  picture.hidden = false;
  byId("no-screen").hidden = true;
  picture.parentElement.classList.toggle("wide", picture.naturalWidth > picture.naturalHeight);
});

picture.addEventListener("error", () => {
  if (!asked) return;
  picture.hidden = true;
  byId("no-screen").hidden = false;
  setTimeout(follow, 1000);
});

picture.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || !picture.naturalWidth) return;
  const box = picture.getBoundingClientRect();
  const scale = Math.min(box.width / picture.naturalWidth, box.height / picture.naturalHeight);
  const wide = picture.naturalWidth * scale;
  const high = picture.naturalHeight * scale;
  const across = (event.clientX - box.left - (box.width - wide) / 2) / wide;
  const down = (event.clientY - box.top - (box.height - high) / 2) / high;
  if (across < 0 || across >= 1 || down < 0 || down >= 1) return;
  const mark = byId("touched");
  mark.style.left = `${event.clientX - picture.parentElement.getBoundingClientRect().left}px`;
  mark.style.top = `${event.clientY - picture.parentElement.getBoundingClientRect().top}px`;
  mark.classList.add("now");
  setTimeout(() => mark.classList.remove("now"), MARK_MS);
  order("/api/touch", { across, down });
});
