"""uvicorn on a thread of its own: the page must never hold up the loop."""

from __future__ import annotations

import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from kiosk.gate.page.board import Board

MOST_REQUESTS = 60
FAREWELL_S = 3
STOP_S = 10.0


class PageServer:
    """Serves `app` on `listener` until `stop`."""

    def __init__(self, app: ASGIApp, listener: socket.socket, board: Board) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST_REQUESTS,
            timeout_graceful_shutdown=FAREWELL_S,
            ws="none",
        )
        self._board = board
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="page", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._board.end()
        self._server.should_exit = True
        self._thread.join(STOP_S)


def listening(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `OSError`."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener
