"""Settings of one gate controller, `gate.toml`. Every key is documented here, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from drivers.errors import BadSetting
from kiosk.gate.camera import AddressCamera, Camera, ProgramCamera, TestCamera
from kiosk.gate.copy.believing import StationKeys
from kiosk.gate.effects import Occasion
from kiosk.gate.policy import AlarmTimes, FieldLimits, GatePolicy, Hours
from kiosk.hardware.gates import GateFile
from kiosk.hardware.signals import SignalSettings
from kiosk.model.circulation import SecurityMarks
from kiosk.model.limits import LARGEST_PORT, NAME, NOT_EMPTY, TIME_ZONE, Limit, is_loopback, within
from kiosk.settings.broker import BrokerSettings
from kiosk.station.fleet_settings import FleetSettings
from kiosk.station.settings import Owner
from kiosk.wire.signing import BadKey, public_key


def _is_address(value: object) -> bool:
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        return parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _is_web_address(value: object) -> bool:
    return _is_address(value) and isinstance(value, str) and not urlsplit(value).query


class SignalKind(StrEnum):
    """What hangs on an output."""

    LAMP = "lamp"
    BUZZER = "buzzer"
    """Anything that is heard; it keeps to its hours, and a silent alarm leaves it off."""
    VOICE = "voice"
    """A sentence of `voices`; as a buzzer."""


class AlarmMode(StrEnum):
    """What an alarm does in the room. The guard's page and central are told in either."""

    RING = "ring"
    SILENT = "silent"
    """Lamps alone."""


@dataclass(frozen=True, slots=True)
class RingSettings:
    """What one output of a board does."""

    output: Annotated[str, NOT_EMPTY]
    """Its name under `signals.N.outputs`, or the name of one of `voices`."""
    on: Occasion = Occasion.ALARM
    gates: tuple[Annotated[str, NAME], ...] = ()
    """Only for these gates; empty: for all."""
    kind: SignalKind = SignalKind.LAMP
    for_s: Annotated[float, within(0, 3_600)] = 5.0
    """Off again after so long."""
    hours: Hours = field(default_factory=Hours)
    """Only then; a second entry with another output is a quieter buzzer for the evening."""
    volume: Annotated[int, within(0, 100)] = 100
    """Per cent, of a voice: a second entry with the same output and other hours is softer in the evening."""


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """A sentence that is spoken at the gate."""

    name: Annotated[str, NAME]
    words: str = ""
    """What a speech program says."""
    language: Annotated[str, NOT_EMPTY] = "zh"
    """As the speech program names its voices (`cmn`, `en-gb`)."""
    file: Path | None = None
    """Or a recording: WAV of 16 bits."""

    def __post_init__(self) -> None:
        if bool(self.words) == (self.file is not None):
            raise ValueError("expected words or file, one of them")


@dataclass(frozen=True, slots=True)
class SpeakerSettings:
    """Programs that speak and play."""

    speak: Annotated[tuple[str, ...], NOT_EMPTY] = ("espeak-ng", "--stdout", "-v", "{language}", "--", "{words}")
    """Writes a WAV file to its standard output."""
    play: Annotated[tuple[str, ...], NOT_EMPTY] = ("aplay", "-q", "-")
    """Plays the WAV file on its standard input."""


LONGEST_KEPT_H = 72
"""No picture of a person is kept longer, whatever is asked for."""


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """A camera beside some gates. Without one, nothing is ever photographed."""

    gates: Annotated[tuple[Annotated[str, NAME], ...], NOT_EMPTY]
    url: Annotated[str, Limit("an address such as http://10.1.2.9/snapshot.jpg", _is_address)] | None = None
    """Where it gives a JPEG of this moment."""
    program: tuple[str, ...] = ()
    """Or a program that writes one to its standard output."""
    test: bool = False
    """Or colour bars, to try the page."""

    def __post_init__(self) -> None:
        if (self.url is not None) + bool(self.program) + self.test != 1:
            raise ValueError("expected one of url, program and test")

    def camera(self) -> Camera:
        """Where its pictures come from."""
        if self.url is not None:
            return AddressCamera(self.url)
        return ProgramCamera(self.program) if self.program else TestCamera()


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """How pictures of alarms are kept. They are shown on the guard's page, and sent nowhere."""

    path: Path = Path("/var/lib/kiosk-gate/pictures")
    """Their folder, for nothing else."""
    keep_h: Annotated[float, within(0.01, LONGEST_KEPT_H)] = 24.0
    """Then they are overwritten and deleted."""


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """Where the copy of the ledger and the titles come from."""

    url: Annotated[str, Limit("an address such as https://central.library.example", _is_web_address)]
    key_file: Path | None = None
    """A file with a key of central with the scope `gates:read` (`kiosk central keys add`)."""
    public_key_file: Path | None = None
    """`signing.pub` of central (`gates.copies`): by that key copies and changes of the ledger must be signed. Without
    it every message on central's topics is believed, and who may write there is the broker's matter alone."""

    def public_key(self) -> Ed25519PublicKey | None:
        """Raises `BadSetting`."""
        return None if self.public_key_file is None else _key("central.public_key_file", self.public_key_file)


@dataclass(frozen=True, slots=True)
class StationSettings:
    """A kiosk, book-drop or locker of the site, and how the gate knows that a loan is told by it."""

    name: Annotated[str, NAME]
    """Its name in topics. Twice, with another key, while it changes its key."""
    public_key_file: Path
    """A copy of `signing.pub`, which the station makes beside its ledger at its first start."""


def _key(where: str, file: Path) -> Ed25519PublicKey:
    """Raises `BadSetting`."""
    try:
        return public_key(file)
    except BadKey as bad:
        raise BadSetting(f"{where}: {bad}") from None
    except OSError as trouble:
        raise BadSetting(f"{where}: {file}: {trouble.strerror}") from None


@dataclass(frozen=True, slots=True)
class CopySettings:
    """The copy of the ledger."""

    path: Path = Path("/var/lib/kiosk-gate/copy")
    """Its folder."""
    max_age_h: Annotated[float, within(0, 720)] = 24.0
    """An older copy is not asked: the tags' marks alone decide then."""


@dataclass(frozen=True, slots=True)
class PageSettings:
    """The guard's page."""

    host: str = "127.0.0.1"
    port: Annotated[int, within(0, LARGEST_PORT)] = 8090
    """0 takes any free one."""
    token_file: Path | None = None
    """A file with the token that guards sign in with. Without one, only this machine is answered."""

    def __post_init__(self) -> None:
        if not is_loopback(self.host) and self.token_file is None:
            raise ValueError("expected token_file where host is not a loopback address")


@dataclass(frozen=True, slots=True)
class GateControllerSettings(GateFile):
    """One gate controller."""

    site: Annotated[str, NAME]
    """The library's name in topics; all its stations and its central system have the same."""
    station: Annotated[str, NAME]
    """This controller's name in topics, its own in the site."""
    time_zone: Annotated[str, TIME_ZONE] = "Asia/Shanghai"
    owners: tuple[Owner, ...] = ()
    """ISILs whose items are ours, compared without regard to case. Empty: every library item may be ours."""
    marks: SecurityMarks = field(default_factory=SecurityMarks)
    times: AlarmTimes = field(default_factory=AlarmTimes)
    reception: FieldLimits = field(default_factory=FieldLimits)
    open: tuple[Hours, ...] = ()
    """Opening hours: people counted at other times are no visits. Empty: always open."""
    test_tags: tuple[Annotated[str, NOT_EMPTY], ...] = ()
    """UIDs (16 hex digits in capitals; of UHF tags the UII), or item numbers, of the tags that staff carry through the
    gates in the morning. Empty: the guard's page has no checklist."""
    mode: AlarmMode = AlarmMode.RING
    signals: tuple[SignalSettings, ...] = ()
    rings: tuple[RingSettings, ...] = ()
    voices: tuple[VoiceSettings, ...] = ()
    """Sentences, which `rings` names as outputs."""
    speaker: SpeakerSettings = field(default_factory=SpeakerSettings)
    cameras: tuple[CameraSettings, ...] = ()
    pictures: PictureSettings = field(default_factory=PictureSettings)
    broker: BrokerSettings = field(default_factory=BrokerSettings)
    central: CentralSettings | None = None
    """Without it, the gate knows only what it hears on the broker."""
    stations: tuple[StationSettings, ...] = ()
    """Whose loans and returns are believed as soon as they are told; others' wait for central. Empty: whoever the
    broker lets write is believed."""
    fleet: FleetSettings | None = None
    copy: CopySettings = field(default_factory=CopySettings)
    ledger: Path = Path("/var/lib/kiosk-gate/gate.sqlite")
    """Alarms, passages and people, and what central has not acknowledged yet."""
    page: PageSettings = field(default_factory=PageSettings)

    def __post_init__(self) -> None:
        names = [gate.name for gate in self.gates]
        if len(set(names)) < len(names):
            raise ValueError("expected each gate under a name of its own (gates.N.name)")
        outputs = [output.name for board in self.signals for output in board.outputs]
        voices = [voice.name for voice in self.voices]
        outputs += voices
        if len(set(outputs)) < len(outputs):
            raise ValueError("expected each output of all boards under a name of its own")
        for ring in self.rings:
            if ring.output not in outputs:
                known = ", ".join(outputs) or "none"
                raise ValueError(f"expected rings.N.output to be an output of signals ({known}), not {ring.output!r}")
            if (ring.kind is SignalKind.VOICE) != (ring.output in voices):
                raise ValueError(f'expected kind = "voice" with a name of voices, and with no other ({ring.output})')
            strangers = set(ring.gates) - {gate.name for gate in self.gates}
            if strangers:
                raise ValueError(f"expected rings.N.gates to be names of gates, not {', '.join(sorted(strangers))}")

        photographed = [gate for camera in self.cameras for gate in camera.gates]
        strangers = set(photographed) - {gate.name for gate in self.gates}
        if strangers or len(set(photographed)) < len(photographed):
            raise ValueError("expected cameras.N.gates to be names of gates, each with one camera")

    def photographed(self) -> dict[str, Camera]:
        """Which camera looks at which gate."""
        return {gate: one.camera() for one in self.cameras for gate in one.gates}

    def station_keys(self) -> StationKeys | None:
        """The keys of `stations`; None where there are none. Raises `BadSetting`."""
        if not self.stations:
            return None
        keys: dict[str, list[Ed25519PublicKey]] = {}
        for number, one in enumerate(self.stations, start=1):
            keys.setdefault(one.name, []).append(_key(f"stations.{number}.public_key_file", one.public_key_file))
        return keys

    def policy(self) -> GatePolicy:
        """What the reducer judges by."""
        return GatePolicy(self.marks, self.times, self.open, self.time_zone, frozenset(self.test_tags), self.reception)
