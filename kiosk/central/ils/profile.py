"""How one library system speaks SIP2: the deviations of makers, as data (`config/ils/*.toml`).

Sources stand in the files: Koha's and Evergreen's SIP servers, FOLIO's edge-sip2, dp2's tests, vendors' help pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from kiosk.model.limits import matching, within
from kiosk.wire.sip2 import Dialect
from kiosk.wire.sip2.limits import CURRENCY, DELIMITER, ENCODING

FLAG_PLACES = (1, 14)


class Detection(StrEnum):
    """Error detection: trailers with sequence number and sum."""

    REQUIRED = "required"
    """Answers with a wrong sum are asked for again."""
    LENIENT = "lenient"
    """Sent, and not insisted upon: some systems sum other things, or always answer AY4."""
    OFF = "off"


class PinMessage(StrEnum):
    PATRON_STATUS = "23"
    PATRON_INFORMATION = "63"


class Terminator(StrEnum):
    CR = "cr"
    CRLF = "crlf"


@dataclass(frozen=True, slots=True)
class Profile:
    """One maker's ways."""

    name: str
    source: str = ""
    """Where this is known from."""
    encoding: Annotated[str, ENCODING] = "utf-8"
    delimiter: Annotated[str, DELIMITER] = "|"
    terminator: Terminator = Terminator.CR
    detection: Detection = Detection.REQUIRED
    log_in: bool = True
    """Send 93 first."""
    language: Annotated[str, matching(re.compile(r"\d{3}"), "three digits")] = "000"
    currency: Annotated[str, CURRENCY] = "CNY"
    due_formats: tuple[str, ...] = ("%Y%m%d    %H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
    """How it writes due dates (strptime); the first that fits."""
    stopping_flags: tuple[Annotated[int, within(*FLAG_PLACES)], ...] = (1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)
    """Places of the patron's status that stop borrowing."""
    pin_by: PinMessage = PinMessage.PATRON_INFORMATION
    """The message that it checks a PIN in: 63 (patron information) or 23 (patron status)."""
    refuse_by_flags: bool = True
    """A patron with one of these flags is told so before a loan is tried."""
    unknown_desensitize_is_yes: bool = True
    """U with a loan made means that the tag may be opened."""
    not_lent_is_done: bool = True
    """A return that it refuses because nothing is lent counts as done where the item is available."""
    takes_back_no_block: bool = True
    """It records what happened off line (no block)."""
    fill_dates: bool = False
    """Blank dates become the date of the transaction: some servers close on blank ones."""
    hidden_texts: tuple[str, ...] = ()
    """Screen messages that say nothing, such as `Patron status is ok.`"""
    strip_text_prefix: str = ""
    """In front of every screen message."""

    @property
    def dialect(self) -> Dialect:
        """As the codec needs it."""
        return Dialect(self.encoding, self.delimiter, "\r" if self.terminator is Terminator.CR else "\r\n")

    def texts(self, said: tuple[str, ...]) -> tuple[str, ...]:
        """Screen messages that are worth showing."""
        shown = (text.removeprefix(self.strip_text_prefix).strip() for text in said)
        return tuple(text for text in shown if text and text not in self.hidden_texts)
