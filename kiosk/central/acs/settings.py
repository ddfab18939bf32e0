"""Settings of the SIP2 server, the table `sip2` of `central.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from kiosk.model.limits import LARGEST_PORT, NOT_EMPTY, is_loopback, matching, within
from kiosk.rules.policy import ALL
from kiosk.wire.sip2.limits import CURRENCY, DELIMITER, ENCODING

ACCOUNT = matching(re.compile(r"[a-z0-9-]{1,27}"), "1 to 27 of a-z, 0-9 and -")


class Pins(StrEnum):
    """Whether patrons' PINs (AD) are asked for."""

    OFF = "off"
    """Never looked at: a card alone is enough."""
    SENT = "sent"
    """One that is sent is checked, where the patron has one; a card alone is enough."""
    REQUIRED = "required"
    """Without the right one nothing is told or done for a patron, but recording what has happened already."""
    LIBRARY = "library"
    """The same, and the library's own system (`ils`) says which is right: it is passed on, and never kept here."""


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One self-check or book-drop: each has its own."""

    name: Annotated[str, ACCOUNT]
    """What it logs in as (CN); its facts stand under `sip2-NAME`."""
    password_file: Path
    """A file with its password (CO), at least 8 characters."""
    branch: str = ALL
    """Where it stands."""


@dataclass(frozen=True, slots=True)
class Sip2Settings:
    """The server. Without an account nobody can log in, and it does not listen."""

    host: str = "127.0.0.1"
    port: Annotated[int, within(0, LARGEST_PORT)] = 6001
    """0 takes any free one."""
    certificate: Path | None = None
    """PEM, with its chain: then only TLS is spoken."""
    key: Path | None = None
    """PEM, of the certificate."""
    encoding: Annotated[str, ENCODING] = "utf-8"
    delimiter: Annotated[str, DELIMITER] = "|"
    institution: str = ""
    """AO; the site's name where it is empty."""
    library: str = ""
    """AM: what patrons know the library as."""
    currency: Annotated[str, CURRENCY] = "CNY"
    due_format: Annotated[str, NOT_EMPTY] = "%Y%m%d    %H%M%S"
    """How AH is written (strftime), library time."""
    idle_s: Annotated[int, within(30, 86_400)] = 600
    """A connection that is silent for so long is closed."""
    pins: Pins = Pins.OFF
    """Whether patrons' PINs (AD) are checked: off, sent (where one is sent), required, library (required, and judged by
    the library's own system)."""
    account: tuple[AccountSettings, ...] = ()

    def __post_init__(self) -> None:
        local = is_loopback(self.host)
        if (self.certificate is None) != (self.key is None):
            raise ValueError("expected certificate and key, or neither")
        if not local and self.certificate is None:
            raise ValueError("expected certificate and key where host is not a loopback address: SIP2 is not encrypted")
        names = [account.name for account in self.account]
        if len(set(names)) < len(names):
            raise ValueError("expected each account once")
