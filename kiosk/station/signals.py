"""What the service manager says to a kiosk by signals: end in order, or take up the settings that lie there now."""

from __future__ import annotations

import logging
import math
import os
import signal
import threading
from pathlib import Path

from kiosk.session.orders import Ordered, RestartOrder
from kiosk.settings import read_faults
from kiosk.station.crash import EXIT_FAILED
from kiosk.station.inbox import Inbox
from kiosk.station.loop import Message, Stop
from kiosk.station.orders.at_the_screen import AGAIN
from kiosk.station.receipt_check import receipt_faults
from kiosk.station.settings import KioskSettings
from kiosk.station.theme_check import theme_faults

STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
RELOADING = signal.SIGHUP
WAITED_FOR = STOPPING | {RELOADING}

log = logging.getLogger(__name__)


def block() -> None:
    """Before any thread is started: `follow` waits for them, and no other thread is to be interrupted."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WAITED_FOR)


def follow(inbox: Inbox[Message], file: Path | None) -> None:
    """A handler would run on the loop's own thread, in the middle of the inbox; so a thread waits for the signals."""

    def wait() -> None:
        while signal.sigwait(WAITED_FOR) is RELOADING:
            _reload(inbox, file)
        inbox.put(Stop())
        signal.sigwait(STOPPING)
        os._exit(EXIT_FAILED)  # somebody has no patience with the end in order

    threading.Thread(target=wait, name="signals", daemon=True).start()


def _reload(inbox: Inbox[Message], file: Path | None) -> None:
    """Start anew with the settings, but not with faulty ones, and not while a patron or staff are here."""
    if file is None:
        log.warning("asked to read the settings again, but they came from no file: nothing is changed")
        return
    faults = [*read_faults(KioskSettings, file), *receipt_faults(file), *theme_faults(file)]
    for fault in faults:
        log.error("the settings stay as they are: %s", fault)
    if not faults:
        log.info("starting anew with %s as soon as nobody is here", file)
        inbox.put(Ordered(RestartOrder(f"{AGAIN}reload", math.inf)))
