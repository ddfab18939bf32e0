"""The bench's end of the kiosk's mirror socket: the live picture for a browser, and touches back.

One JSON object a line over loopback TCP, a request and its answer in turn; the kiosk's `docs/bench.md` says which.
"""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Iterator

CONNECT_S = 0.5
WAIT_S = 2.0
MARGIN_S = 6.0
RETRY_S = 0.5
BOUNDARY = b"frame"
MEDIA_TYPE = "multipart/x-mixed-replace; boundary=frame"


class NoScreen(Exception):
    """The kiosk's mirror does not answer; the text says what to do."""


class ScreenMirror:
    """Asks the kiosk on `127.0.0.1:port`. Every call opens a connection of its own: calls come from many threads."""

    def __init__(self, port: int) -> None:
        self._port = port

    def touch(self, across: float, down: float) -> dict[str, object]:
        """Touch the screen at a fraction of its width and height (0 to 1 each)."""
        with self._connect() as connection:
            tree = _ask(connection, {"op": "tree"})
            width, height = _whole(tree.get("width")), _whole(tree.get("height"))
            point = {"op": "touch", "x": int(across * width), "y": int(down * height), "screen": tree.get("screen")}
            return _ask(connection, point)

    def tree(self) -> dict[str, object]:
        """What the screen says, as the semantic tree."""
        with self._connect() as connection:
            return _ask(connection, {"op": "tree"})

    def pictures(self) -> Iterator[bytes]:
        """Parts of an endless `multipart/x-mixed-replace` answer: a new JPEG at each change of the screen."""
        while True:
            try:
                with self._connect() as connection:
                    yield from self._follow(connection)
            except NoScreen:
                time.sleep(RETRY_S)

    def _follow(self, connection: socket.socket) -> Iterator[bytes]:
        number = -1
        while True:
            answer = _ask(connection, {"op": "frame", "after": number, "wait_s": WAIT_S})
            if _whole(answer.get("number")) == number:
                continue
            number = _whole(answer.get("number"))
            picture = base64.b64decode(str(answer.get("jpeg", "")))
            if picture:
                head = b"--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (BOUNDARY, len(picture))
                # A browser shows a part when the next one begins: sent twice, the newest is always the one on view.
                yield (head + picture + b"\r\n") * 2

    def _connect(self) -> socket.socket:
        try:
            return socket.create_connection(("127.0.0.1", self._port), CONNECT_S)
        except OSError:
            raise NoScreen(
                f"the kiosk shows no screen on 127.0.0.1:{self._port}: it is starting, or `[mirror]` is not configured"
            ) from None


def _ask(connection: socket.socket, request: dict[str, object]) -> dict[str, object]:
    try:
        connection.settimeout(WAIT_S + MARGIN_S)
        connection.sendall(json.dumps(request).encode() + b"\n")
        received = bytearray()
        while not received.endswith(b"\n"):
            piece = connection.recv(262_144)
            if not piece:
                raise NoScreen("the kiosk ended")
            received += piece
        answer = json.loads(received)
    except (OSError, ValueError) as trouble:
        raise NoScreen(f"the kiosk's screen went away: {trouble}") from None
    if not isinstance(answer, dict):
        raise NoScreen("the kiosk's screen answered something else than an object")
    return answer


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
