// The technician's bench: everything on it is behind /api, and drawn when the bench says that it has changed.

import { ask } from "./api.js";
import { drawClock } from "./clock.js";
import { drawDesk } from "./desk.js";
import { drawDevices } from "./devices.js";
import { tabs } from "./dom.js";
import { listen, when } from "./events.js";
import { drawWireDevices } from "./evidence.js";
import { drawScreen } from "./screen.js";
import { drawWorld } from "./world.js";

const FALLS_MS = 500; // what passes the return slot falls by itself: nobody tells of it

const drawRoom = when(["room", "world"], async () => {
  const room = await ask("/api/room");
  drawDesk(room);
  drawDevices(room);
  drawWireDevices(room);
  drawWorld(room.world ?? null);
  drawClock(room.clock);
  drawScreen(room.screen);
  if (room.items.some((item) => item.where === "slot")) setTimeout(() => drawRoom(), FALLS_MS);
});

tabs(document.querySelector(".side .tabs"));
listen(false);
await drawRoom();
