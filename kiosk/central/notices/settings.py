"""Settings of notices, the table `notices` of `central.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from kiosk.central.notices.addresses import is_address
from kiosk.model.circulation import Language
from kiosk.model.limits import LARGEST_PORT, NOT_EMPTY, is_loopback, within


class Security(StrEnum):
    """How the line to the mail server is kept from others."""

    PLAIN = "plain"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """E-mail to patrons. Without this table nothing is sent."""

    sender: Annotated[str, NOT_EMPTY]
    """The address that it comes from."""
    library_zh: Annotated[str, NOT_EMPTY]
    library_en: Annotated[str, NOT_EMPTY]
    """What the library calls itself."""
    host: Annotated[str, NOT_EMPTY] = "127.0.0.1"
    port: Annotated[int, within(1, LARGEST_PORT)] = 25
    security: Security = Security.PLAIN
    username: str | None = None
    password_file: Path | None = None
    language: Language = Language.ZH
    """For patrons who have chosen none."""
    soon_days: tuple[Annotated[int, within(0, 60)], ...] = (3, 0)
    """So many days before a loan is due; 0 is the day itself."""
    late_days: tuple[Annotated[int, within(1, 3_650)], ...] = (7, 14, 30)
    """So many days after it was due."""
    from_hour: Annotated[int, within(0, 23)] = 8
    until_hour: Annotated[int, within(1, 24)] = 21
    """Nobody is written to at night, by the library's clocks."""

    def __post_init__(self) -> None:
        if self.security is Security.PLAIN and not is_loopback(self.host):
            raise ValueError("expected security starttls or tls where host is not this machine: notices name patrons")
        if not is_address(self.sender):
            raise ValueError("expected sender to be an address such as library@example.org")
        if (self.username is None) != (self.password_file is None):
            raise ValueError("expected username and password_file, or neither")
        if self.from_hour >= self.until_hour:
            raise ValueError("expected from_hour before until_hour")

    def library(self, language: Language) -> str:
        """Its name in a language of `texts.LANGUAGES`."""
        return self.library_zh if language is Language.ZH else self.library_en
