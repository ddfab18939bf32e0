"""The control socket of a house: what the technician's bench does to the world, on loopback.

One JSON object a line, a request and its answer in turn:

* `{"op": "state"}`: the parts, the lines, the clock and the disk, as they are now; never waits for an order
* `{"op": "do", "do": VERB, …}`: obeys a verb of the world (docs/scenarios.md); `{"ok": true}` when it is done

An answer may be `{"error": what, where and what to do}`, with `"understood": true` where an order cannot be obeyed now.
Orders are obeyed one after another.
"""

from __future__ import annotations

import json
import socketserver
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from subprocess import SubprocessError

from httpx import HTTPError

from kiosk.demo.bench_client import BenchRefused
from kiosk.demo.children import NotReady
from kiosk.demo.world_orders import OrderRefused, World, obey, order_of, told

LONGEST_LINE = 4_096
OPS = ("state", "do")

Reply = dict[str, object]


class Control:
    """Listens when it is made, and serves any number of clients until `stop`."""

    def __init__(self, port: int, world: World) -> None:
        self._world = world
        # Children end with the thread that started them (prctl(2)), so not on the thread of a client that leaves.
        self._obeying = ThreadPoolExecutor(1, "world")
        control = self

        class Client(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while line := self.rfile.readline(LONGEST_LINE):
                    self.wfile.write(json.dumps(control.answer(line), ensure_ascii=False).encode() + b"\n")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that went away in the middle is no fault of ours."""

        self._server = Server(("127.0.0.1", port), Client)
        self._thread = threading.Thread(target=self._server.serve_forever, name="control", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port = self._server.server_address[1]
        assert isinstance(port, int)
        return port

    def close(self) -> None:
        """Serve nobody any more. What is being obeyed comes to its end; what was started by order ends."""
        self._server.shutdown()
        self._server.server_close()
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
