"""The scenario player's end of the kiosk's mirror socket."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass

CONNECT_S = 1.0
ANSWER_MARGIN_S = 10.0


class MirrorGone(Exception):
    """The kiosk does not answer: it is not up, or it was just killed."""


class MirrorRefused(Exception):
    """The kiosk answered that it cannot do this, and why."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the semantic tree, as far as a scenario needs it."""

    id: str
    role: str
    name: str
    value: str
    state: str
    children: tuple[Node, ...]

    def walk(self) -> Iterator[Node]:
        """Itself and everything below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def texts(self) -> list[str]:
        """Every name and value that is read out, in order, each once."""
        return list(dict.fromkeys(text for node in self.walk() for text in (node.name, node.value) if text))


@dataclass(frozen=True, slots=True)
class View:
    """What the screen shows."""

    number: int
    screen: str
    language: str
    tree: Node

    def has(self, node_id: str) -> bool:
        """Whether a node of this id is on the screen."""
        return any(node.id == node_id for node in self.tree.walk())


class MirrorClient:
    """One connection; opened when first used, opened again after the kiosk was restarted."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: socket.socket | None = None

    def view(self, after: int = -1, wait_s: float = 0.0) -> View:
        """The semantic tree, as soon as its number is above `after` or `wait_s` is over."""
        answer = self._ask({"op": "tree", "after": after, "wait_s": wait_s}, wait_s)
        return View(
            number=_int(answer, "number"),
            screen=str(answer.get("screen", "")),
            language=str(answer.get("language", "")),
            tree=node_of(answer.get("tree")),
        )

    def act(self, node: str) -> None:
        """Touch the node of this id."""
        self._ask({"op": "act", "id": node})

    def touch(self, x: int, y: int) -> None:
        """Touch this point of the picture."""
        self._ask({"op": "touch", "x": x, "y": y})

    def picture(self) -> tuple[str, bytes]:
        """The screen as a picture: the suffix of its file, and the file."""
        answer = self._ask({"op": "frame", "after": -1, "wait_s": 2.0}, 2.0)
        return ".jpg", base64.b64decode(str(answer.get("jpeg", "")))

    def arm_power_cut(self, row: str, *, before: bool, nth: int) -> None:
        """From now on, the kiosk kills itself at the nth journal row of this kind."""
        self._ask({"op": "power-cut", "row": row, "when": "before" if before else "after", "nth": nth})

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, request: dict[str, object], wait_s: float = 0.0) -> dict[str, object]:
        try:
            if self._connection is None:
                self._connection = socket.create_connection(("127.0.0.1", self._port), CONNECT_S)
            self._connection.settimeout(wait_s + ANSWER_MARGIN_S)
            self._connection.sendall(json.dumps(request).encode() + b"\n")
            line = self._line(self._connection)
        except OSError as trouble:
            self.close()
            raise MirrorGone(str(trouble)) from None
        answer = json.loads(line)
        assert isinstance(answer, dict)
        if "error" in answer:
            raise MirrorRefused(str(answer["error"]))
        return answer

    @staticmethod
    def _line(connection: socket.socket) -> bytes:
        received = bytearray()
        while not received.endswith(b"\n"):
            piece = connection.recv(65_536)
            if not piece:
                raise ConnectionResetError("the kiosk closed the mirror")
            received += piece
        return bytes(received)


def _int(table: dict[str, object], key: str) -> int:
    value = table.get(key)
    return value if isinstance(value, int) else 0


def node_of(table: object) -> Node:
    """The tree that the mirror tells; a part that is missing is empty."""
    if not isinstance(table, dict):
        return Node("", "", "", "", "", ())
    children = table.get("children")
    return Node(
        id=str(table.get("id", "")),
        role=str(table.get("role", "")),
        name=str(table.get("name") or ""),
        value=str(table.get("value") or ""),
        state=str(table.get("state") or ""),
        children=tuple(node_of(child) for child in children) if isinstance(children, list) else (),
    )
