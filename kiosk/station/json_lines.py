"""A loopback socket that answers JSON with JSON, an object a line, for the bench and the scenario player."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable

LONGEST_LINE = 4_096

Reply = dict[str, object]


class JsonLines:
    """Listens when it is made; any number of clients, each on a thread of its own, until `close`."""

    def __init__(self, name: str, port: int, answer: Callable[[bytes], Reply]) -> None:
        """`answer` is called with each line, on its client's thread. Port 0 takes any free one."""

        class Client(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while line := self.rfile.readline(LONGEST_LINE):
                    self.wfile.write(json.dumps(answer(line), ensure_ascii=False).encode() + b"\n")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that went away in the middle is no fault of ours."""

        self._server = Server(("127.0.0.1", port), Client)
        self._thread = threading.Thread(target=self._server.serve_forever, name=name, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port = self._server.server_address[1]
        assert isinstance(port, int)
        return port

    def close(self) -> None:
        """Serve nobody any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
