"""What every test of real parts needs: a port that is free, and patience."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

PATIENCE_S = 90.0
"""How long a test waits for what must come. Only a failing test waits so long; a busy machine must not make it fail."""


def wait_until(
    holds: Callable[[], object], what: str = "it never came true", *, patience_s: float = PATIENCE_S
) -> None:
    """Look at what only a look can tell, until it holds."""
    end_s = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end_s, what
        time.sleep(0.01)


def free_port() -> int:
    """One that nobody listens on at this moment, of 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        assert isinstance(port, int)
        return port
