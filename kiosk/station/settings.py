"""Settings of one kiosk, `kiosk.toml`. Every key is documented here, once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from drivers.codecs.isil import is_isil
from kiosk.hardware.cards import CardSettings, PhoneCodeSettings
from kiosk.hardware.keypads import KeypadSettings
from kiosk.hardware.pads import PadSettings
from kiosk.hardware.printers import PrinterSettings
from kiosk.hardware.scanners import ScannerSettings
from kiosk.hardware.signals import SignalSettings
from kiosk.model.circulation import Language, SecurityMarks
from kiosk.model.limits import LARGEST_PORT, NAME, NOT_EMPTY, TIME_ZONE, Limit, matching, within
from kiosk.model.opening import Announcement, Opening, Spell
from kiosk.rules.offline import OfflinePolicy
from kiosk.session.state import Policy
from kiosk.session.timeouts import Timeouts
from kiosk.settings.broker import BrokerSettings
from kiosk.station.fleet_settings import FleetSettings
from kiosk.wire.topics import EVERYBODY

SCHOOL_CODE_DIGITS = 5
"""UHF tags of the Chinese university consortium name their owner so."""


def _is_owner(value: object) -> bool:
    return isinstance(value, str) and (is_isil(value) or (len(value) == SCHOOL_CODE_DIGITS and value.isdecimal()))


Owner = Annotated[str, Limit("an ISIL such as DE-705, or five digits", _is_owner)]


class ScreenMode(StrEnum):
    """Where the picture goes."""

    WINDOW = "window"
    FULLSCREEN = "fullscreen"
    HEADLESS = "headless"
    """Nowhere but the mirror: for a machine without a screen."""


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    name_zh: str
    name_en: str
    owners: tuple[Owner, ...] = ()
    """ISILs whose items are ours, compared without regard to case. Empty: every library item is taken for ours."""
    floor: Path | None = None
    """The floor on which the kiosk stands (`floor.toml`): shelves by what they begin with. Without it, no map."""


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    width: Annotated[int, within(800, 4320)] = 1080
    height: Annotated[int, within(800, 7680)] = 1920
    mode: ScreenMode = ScreenMode.FULLSCREEN
    fonts: Path | None = None
    """Folder of the prepared fonts; the set-up's own folder where it is not given."""
    theme: Path | None = None
    """Folder of the library's own look, with `theme.toml`, see access.md. Absent: ours."""
    title_size: Annotated[int, within(80, 130)] = 100
    """Percent: how large titles of books are. Smaller ones are harder to read over somebody's shoulder."""


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """Central's own pages, where the kiosk fetches its copy of what to lend by while central does not answer. With
    this table nothing is lent off line without a copy that is young enough."""

    url: Annotated[str, matching(re.compile(r"https?://\S+"), "an address such as https://central.example")]
    public_key_file: Path
    """`signing.pub` of central (copies.folder): by that key copies must be signed."""
    key_file: Path | None = None
    """A key with the scope copies:read (`kiosk central keys`). Absent: central asks for none."""


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    path: Path = Path("/var/lib/kiosk/ledger.sqlite")


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """Sounds for touches, for what is done and for what needs a look. Absent: the kiosk is silent."""

    volume: Annotated[float, within(0, 1)] = 0.4
    spells: tuple[Spell, ...] = ()
    """Parts of the day with another volume, the first that fits: `[[sound.spells]]`. 0 is silence."""

    def volume_at(self, at: time) -> float:
        """How loud it is at a time of the library's day."""
        return next((spell.volume for spell in self.spells if spell.holds(at)), self.volume)


ALSA, FILES = "alsa:", "files:"
"""How an output of speech begins; a device or a folder follows."""


def _names_an_output(value: object) -> bool:
    return isinstance(value, str) and any(value.startswith(kind) and len(value) > len(kind) for kind in (ALSA, FILES))


Output = Annotated[str, Limit("alsa: and a device such as alsa:plughw:1,0, or files: and a folder", _names_an_output)]


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """The voice for headphones. Absent: nothing is spoken."""

    output: Output
    """The headphone socket, never a loudspeaker: `alsa:plughw:1,0`. `files:folder` writes each sentence as WAV."""
    words_a_minute: Annotated[int, within(80, 400)] = 150
    for_one: bool = True
    """Only one person hears it, so titles, names and sums are said. False for a loudspeaker."""


@dataclass(frozen=True, slots=True)
class MirrorSettings:
    """The loopback socket through which the technician's bench sees the screen. Absent: there is none."""

    port: Annotated[int, within(0, LARGEST_PORT)]
    """0 takes any free one."""
    show_private: bool = False
    """Send titles and names unmasked. Only for rehearsals with made-up patrons."""
    rehearse: bool = False
    """Allow the bench to cut this process short between two journal rows."""


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """One kiosk."""

    site: Annotated[str, NAME]
    """The library's name in topics; all its kiosks and its central system have the same."""
    station: Annotated[str, NAME]
    """This kiosk's name in topics, its own in the site."""
    library: LibrarySettings
    pad: PadSettings
    time_zone: Annotated[str, TIME_ZONE] = "Asia/Shanghai"
    languages: Annotated[tuple[Language, ...], NOT_EMPTY] = (Language.ZH, Language.EN)
    screen: ScreenSettings = field(default_factory=ScreenSettings)
    scanner: ScannerSettings | None = None
    printer: PrinterSettings | None = None
    cards: CardSettings | None = None
    phone_codes: PhoneCodeSettings | None = None
    signals: tuple[SignalSettings, ...] = ()
    marks: SecurityMarks = field(default_factory=SecurityMarks)
    broker: BrokerSettings = field(default_factory=BrokerSettings)
    central: CentralSettings | None = None
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
    sound: SoundSettings | None = None
    speech: SpeechSettings | None = None
    keypad: KeypadSettings | None = None
    staff_file: Path | None = None
    """File of the cards that open the staff mode (`kiosk staff-card`), which nobody but its owner may read."""
    offline: OfflinePolicy = field(default_factory=OfflinePolicy)
    timeouts: Timeouts = field(default_factory=Timeouts)
    mirror: MirrorSettings | None = None
    registration: bool = False
    """New patrons may ask for a card here; central has to have `[registration]`, too."""
    asks_pin: bool = False
    """The PIN of a card is asked for. Of a number that is typed it always is."""
    fleet: FleetSettings | None = None
    opening: Opening = field(default_factory=Opening)
    announcements: tuple[Announcement, ...] = ()
    """Told on the first screen: `[[announcements]]` with a text for each language."""

    def __post_init__(self) -> None:
        if self.station == EVERYBODY:
            raise ValueError(f"expected another station than {EVERYBODY!r}, which stands for all of them in topics")

    def policy(self) -> Policy:
        """What the reducer judges by."""
        needs_copy = self.central is not None
        return Policy(
            self.marks,
            self.offline,
            needs_copy,
            self.timeouts,
            self.time_zone,
            self.languages,
            lamps=bool(self.signals),
            joins=self.registration,
            asks_pin=self.asks_pin,
        )
