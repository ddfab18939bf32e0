"""Settings of the mail server, the table `mail` of `central.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from kiosk.model.circulation import Language
from kiosk.model.limits import NOT_EMPTY, PORT_NUMBER, is_loopback
from kiosk.model.mail_address import is_address


class Security(StrEnum):
    """How the line to the mail server is kept from others."""

    PLAIN = "plain"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that takes e-mail to patrons: receipts, and notices where they are on. Without this table nothing is
    sent, and kiosks offer receipts in other ways."""

    sender: Annotated[str, NOT_EMPTY]
    """The address that it comes from."""
    library_zh: Annotated[str, NOT_EMPTY]
    library_en: Annotated[str, NOT_EMPTY]
    """What the library calls itself."""
    host: Annotated[str, NOT_EMPTY] = "127.0.0.1"
    port: Annotated[int, PORT_NUMBER] = 25
    security: Security = Security.PLAIN
    username: str | None = None
    password_file: Path | None = None

    def __post_init__(self) -> None:
        if self.security is Security.PLAIN and not is_loopback(self.host):
            raise ValueError("expected security starttls or tls where host is not this machine: e-mail names patrons")
        if not is_address(self.sender):
            raise ValueError("expected sender to be an address such as library@example.org")
        if (self.username is None) != (self.password_file is None):
            raise ValueError("expected username and password_file, or neither")

    def library(self, language: Language) -> str:
        """Its name for who reads this language."""
        return self.library_zh if language in (Language.ZH, Language.ZH_HANT) else self.library_en
