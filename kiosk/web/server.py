"""uvicorn as our pages want it: who is listened to, what is said of us, and how it begins and ends."""

from __future__ import annotations

import json
import logging
import socket
import threading
import traceback
from collections.abc import Mapping
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from kiosk.web.changes import Changes

log = logging.getLogger(__name__)


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


def config_of(app: ASGIApp, most_requests: int, farewell_s: int) -> uvicorn.Config:
    """Without logs of its own, as paths name patrons. `farewell_s`: how long open requests may last at the end."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=most_requests,
        timeout_graceful_shutdown=farewell_s,
        ws="none",
    )


class MainServer(uvicorn.Server):
    """With a line on standard output when it is ready, and an end to the streams of open pages when it stops."""

    def __init__(self, config: uvicorn.Config, changes: Changes, ready: Mapping[str, int] | None = None) -> None:
        """`ready`: other ports, told with its own."""
        super().__init__(config)
        self.failed = False
        self._changes = changes
        self._ready = ready or {}

    def told_to_end(self, number: int, frame: FrameType | None) -> None:
        """A signal before uvicorn listens to them itself, and the one that it raises again when it has ended."""
        self.should_exit = True

    def thread_failed(self, what: threading.ExceptHookArgs) -> None:
        """End the process: another start is better than half of it. The exception's text may name a patron."""
        name = what.thread.name if what.thread is not None else "a thread"
        frames = "".join(traceback.format_tb(what.exc_traceback))
        log.critical("%s ended by %s:\n%s", name, what.exc_type.__name__, frames)
        self.failed = self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, then say where."""
        await super().startup(sockets)
        if self.started and sockets:
            ports = {"http": sockets[0].getsockname()[1], **self._ready}
            print(json.dumps({"ready": ports}), flush=True)  # noqa: T201 - the contract

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams of open pages, then everything else."""
        self._changes.end()
        await super().shutdown(sockets)
