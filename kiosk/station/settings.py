"""Settings of one kiosk, `kiosk.toml`. Every key is documented here, once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from drivers.errors import BadSetting
from drivers.ports.address import open_port
from drivers.ports.serial import LineSettings
from kiosk.model.circulation import Language, SecurityMarks
from kiosk.session.state import OfflinePolicy, Policy, Timeouts

NAME = re.compile(r"[a-z0-9-]{1,32}")
SLOWEST_BAUD, FASTEST_BAUD = 300, 4_000_000


def _check_line(port: str, baud: int) -> None:
    """Raises `ValueError` where a device can never be reached so."""
    try:
        open_port(port, LineSettings(baud))
    except BadSetting:
        raise ValueError("expected port to be a path such as /dev/ttyUSB0, or tcp://host:port") from None
    if not SLOWEST_BAUD <= baud <= FASTEST_BAUD:
        raise ValueError(f"expected baud to be {SLOWEST_BAUD} to {FASTEST_BAUD}")


class ScreenMode(StrEnum):
    """Where the picture goes."""

    WINDOW = "window"
    FULLSCREEN = "fullscreen"
    HEADLESS = "headless"
    """Nowhere but the mirror: for a machine without a screen."""


class PadDriver(StrEnum):
    """Wire protocols of RFID pads that this version drives."""

    FEIG = "feig"


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    name_zh: str
    name_en: str
    owners: tuple[str, ...] = ()
    """ISILs whose items are ours, compared without regard to case. Empty: every library item is taken for ours."""


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    width: int = 1080
    height: int = 1920
    mode: ScreenMode = ScreenMode.FULLSCREEN
    fonts: Path | None = None
    """Folder of the prepared fonts; the set-up's own folder where it is not given."""

    def __post_init__(self) -> None:
        if not (800 <= self.width <= 4320 and 800 <= self.height <= 7680):
            raise ValueError("expected a width and a height of 800 to 4320 and 7680 pixels")


@dataclass(frozen=True, slots=True)
class PadSettings:
    port: str
    """`/dev/…` for a serial line, `tcp://host:port` for a socket."""
    driver: PadDriver = PadDriver.FEIG
    baud: int = 38_400
    reversed_blocks: bool = True
    """The reader sends the last byte of a block first."""

    def __post_init__(self) -> None:
        _check_line(self.port, self.baud)


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    port: str
    baud: int = 9_600
    prefix: str = ""

    def __post_init__(self) -> None:
        _check_line(self.port, self.baud)


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    port: str
    baud: int = 38_400
    width_dots: int = 576
    """Dots a row: 576 on 80 mm paper, 384 on 58 mm."""
    back_channel: bool = True
    """False for a printer that cannot answer (write-only USB): its state is then unknown, not well."""

    def __post_init__(self) -> None:
        _check_line(self.port, self.baud)
        if self.width_dots % 8 or not 200 <= self.width_dots <= 1000:
            raise ValueError("expected width_dots to be a multiple of 8 between 200 and 1000")


@dataclass(frozen=True, slots=True)
class CardSettings:
    reader: str
    """A part of the PC/SC reader's name."""


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password_file: Path | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65_535:
            raise ValueError("expected a port of 1 to 65535")


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    path: Path = Path("/var/lib/kiosk/ledger.sqlite")


@dataclass(frozen=True, slots=True)
class MirrorSettings:
    """The loopback socket through which the technician's bench sees the screen. Absent: there is none."""

    port: int
    show_private: bool = False
    """Send titles and names unmasked. Only for rehearsals with made-up patrons."""
    rehearse: bool = False
    """Allow the bench to cut this process short between two journal rows."""


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """One kiosk."""

    site: str
    station: str
    library: LibrarySettings
    pad: PadSettings
    time_zone: str = "Asia/Shanghai"
    languages: tuple[Language, ...] = (Language.ZH, Language.EN)
    screen: ScreenSettings = field(default_factory=ScreenSettings)
    scanner: ScannerSettings | None = None
    printer: PrinterSettings | None = None
    cards: CardSettings | None = None
    marks: SecurityMarks = field(default_factory=SecurityMarks)
    broker: BrokerSettings = field(default_factory=BrokerSettings)
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
    offline: OfflinePolicy = field(default_factory=OfflinePolicy)
    timeouts: Timeouts = field(default_factory=Timeouts)
    mirror: MirrorSettings | None = None

    def __post_init__(self) -> None:
        for key, name in (("site", self.site), ("station", self.station)):
            if not NAME.fullmatch(name):
                raise ValueError(f"expected {key} to be 1 to 32 of a–z, 0–9 and -")
        if not self.languages:
            raise ValueError("expected at least one of languages")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"expected time_zone to be an IANA name, not {self.time_zone!r}") from None

    def policy(self) -> Policy:
        """What the reducer judges by."""
        return Policy(self.marks, self.offline, self.timeouts, self.time_zone, self.languages)
