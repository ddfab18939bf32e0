"""Settings of notices, the table `notices` of `central.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kiosk.central.notices.channels import Channel, GatewaySettings
from kiosk.model.circulation import Language
from kiosk.model.limits import within


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """Notices to patrons, by the mail server of `mail`. Without this table none are sent."""

    language: Language = Language.ZH
    """For patrons who have chosen none."""
    soon_days: tuple[Annotated[int, within(0, 60)], ...] = (3, 0)
    """So many days before a loan is due; 0 is the day itself."""
    late_days: tuple[Annotated[int, within(1, 3_650)], ...] = (7, 14, 30)
    """So many days after it was due."""
    from_hour: Annotated[int, within(0, 23)] = 8
    until_hour: Annotated[int, within(1, 24)] = 21
    """Nobody is written to at night, by the library's clocks."""

    gateway: tuple[GatewaySettings, ...] = ()
    """Who takes notices by WeCom or SMS; e-mail goes by the mail server."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Those that there are."""
        return (Channel.EMAIL, *(one.channel for one in self.gateway))

    def __post_init__(self) -> None:
        if self.from_hour >= self.until_hour:
            raise ValueError("expected from_hour before until_hour")
        if len(set(self.channels)) < len(self.channels):
            raise ValueError("expected each channel once")
