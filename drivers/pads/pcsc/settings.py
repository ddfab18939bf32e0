"""How one PC/SC desk reader was set up at installation."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.pads.polling.settings import PollingSettings


@dataclass(frozen=True, slots=True)
class PcscPadSettings(PollingSettings):
    """Settings of one reader. Raises `BadSetting`.

    One book lies there, and a look costs a round trip to the service: ten looks a second are enough.
    """

    reader: str = ""
    """A piece of its name, upper and lower case alike, as `ACR1552 1S CL Reader PICC`; empty takes the first reader."""
    active_poll_s: float = 0.1
    gone_after_s: float = 0.4
    """Since it was last seen: a card that flickers for 300 ms, behind a look 100 ms ago, is one card."""
