"""What a programming error does to the process: it is written down and ends it, and systemd starts it again.

A kiosk whose pump has died in silence would lend no more and say nothing. The ledger is made for being cut short at any
instant. Messages of exceptions may hold a patron's data and are not written down; the lines of code are enough.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from types import TracebackType

EXIT_FAILED = 1

log = logging.getLogger(__name__)


def end_on_errors() -> None:
    """From now on an exception that nobody handles ends the process with exit code 1, on whichever thread it is."""
    sys.excepthook = _on_the_loop
    threading.excepthook = _on_a_thread


def _on_the_loop(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("programming error: %s", story(error))


def _on_a_thread(failed: threading.ExceptHookArgs) -> None:
    name = failed.thread.name if failed.thread is not None else "a thread"
    told = story(failed.exc_value) if failed.exc_value is not None else failed.exc_type.__name__
    log.critical("programming error on the thread %r: %s", name, told)
    sys.stderr.flush()
    os._exit(EXIT_FAILED)


def story(error: BaseException) -> str:
    """Kinds of exceptions and lines of code, the first cause first; no message and no value."""
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        told.append(f"{type(cause).__name__}\n" + "".join(traceback.format_tb(cause.__traceback__)))
        cause = cause.__cause__ or cause.__context__
    return "which led to ".join(reversed(told))
