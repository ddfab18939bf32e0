"""The control socket of a house: what the technician's bench does to the world, on loopback.

One JSON object a line, a request and its answer in turn:

* `{"op": "state"}`: the parts, the lines, the clock and the disk, as they are now; never waits for an order
* `{"op": "do", "do": VERB, …}`: obeys a verb of the world (docs/scenarios.md); `{"ok": true}` when it is done

An answer may be `{"error": what, where and what to do}`, with `"understood": true` where an order cannot be obeyed now.
Orders are obeyed one after another.
"""

from __future__ import annotations

import json
from concurrent.futures import CancelledError, ThreadPoolExecutor
from subprocess import SubprocessError

from httpx import HTTPError

from kiosk.demo.bench_client import BenchRefused
from kiosk.demo.children import NotReady
from kiosk.demo.world_orders import OrderRefused, World, obey, order_of, told
from kiosk.station.json_lines import LONGEST_LINE, JsonLines, Reply

OPS = ("state", "do")


class Control:
    """Listens when it is made, and serves any number of clients until `stop`."""

    def __init__(self, port: int, world: World) -> None:
        self._world = world
        # Children end with the thread that started them (prctl(2)), so not on the thread of a client that leaves.
        self._obeying = ThreadPoolExecutor(1, "world")
        self._lines = JsonLines("control", port, self.answer)

    @property
    def port(self) -> int:
        return self._lines.port

    def close(self) -> None:
        """Serve nobody any more. What is being obeyed comes to its end; what was started by order ends."""
        self._lines.close()
        self._obeying.shutdown(cancel_futures=True)

    def answer(self, line: bytes) -> Reply:
        """The answer to one request."""
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            return {"error": f'request: expected a JSON object of at most {LONGEST_LINE} bytes, like {{"op": "state"}}'}
        if not isinstance(request, dict) or request.get("op") not in OPS:
            return {"error": f"op: expected {' or '.join(OPS)}"}
        if request["op"] == "state":
            return told(self._world)
        try:
            order = order_of({key: value for key, value in request.items() if key != "op"})
            self._obeying.submit(obey, self._world, order).result()
        except OrderRefused as refused:
            return {"error": str(refused)}
        except NotReady as refused:
            return {"error": str(refused), "understood": True}
        except (CancelledError, RuntimeError):
            return {"error": f"{order.do.value}: the house is being closed", "understood": True}
        except (BenchRefused, HTTPError, OSError, SubprocessError) as trouble:
            return {"error": f"{order.do.value}: {trouble}", "understood": True}
        return {"ok": True}
