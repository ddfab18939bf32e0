"""uvicorn on a thread of its own: the page must never hold up the loop."""

from __future__ import annotations

import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from kiosk.gate.page.board import Board
from kiosk.web.server import config_of

MOST_REQUESTS = 60
FAREWELL_S = 3
STOP_S = 10.0


class PageServer:
    """Serves `app` on `listener` until `stop`."""

    def __init__(self, app: ASGIApp, listener: socket.socket, board: Board) -> None:
        self._board = board
        self._server = uvicorn.Server(config_of(app, MOST_REQUESTS, FAREWELL_S))
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="page", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._board.end()
        self._server.should_exit = True
        self._thread.join(STOP_S)
