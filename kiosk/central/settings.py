"""Settings of the central system, `central.toml`. Every key is documented here, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from kiosk.central.acs.settings import Pins, Sip2Settings
from kiosk.central.console.settings import ConsoleSettings
from kiosk.central.copies.settings import CopiesSettings
from kiosk.central.ils.settings import IlsSettings
from kiosk.central.joining import RegistrationSettings
from kiosk.central.mail.settings import MailSettings
from kiosk.central.notices.settings import NoticeSettings
from kiosk.central.paying.settings import AlipaySettings, PaymentSettings
from kiosk.central.store import BadDatabaseUrl, database_url
from kiosk.model.limits import LARGEST_PORT, NAME, NOT_EMPTY, TIME_ZONE, is_loopback, within
from kiosk.rules.policy import Policy, RulesFile
from kiosk.settings import load
from kiosk.settings.broker import BrokerSettings
from kiosk.wire.sensors import FILTERS


@dataclass(frozen=True, slots=True)
class SharedBroker(BrokerSettings):
    """The MQTT broker, for one central or several."""

    share_group: Annotated[str, NAME] | None = None
    """Several central processes share the stations' messages under this name. The broker must then send all messages
    of one station to one process."""


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where loans, facts and the catalogue are kept."""

    url: str = "sqlite:////var/lib/kiosk-central/central.sqlite"
    """`sqlite:///PATH` (absolute with four slashes) or `postgresql://USER@HOST/DATABASE`."""

    def __post_init__(self) -> None:
        try:
            database_url(self.url)
        except BadDatabaseUrl as refused:
            raise ValueError(f"{refused} as url") from None


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Pages and REST."""

    host: str = "127.0.0.1"
    port: Annotated[int, within(0, LARGEST_PORT)] = 8080
    """0 takes any free one."""
    token_file: Path | None = None
    """A file with the token that REST asks for. Without one, only this machine may ask."""

    def __post_init__(self) -> None:
        if not is_loopback(self.host) and self.token_file is None:
            raise ValueError("expected token_file where host is not a loopback address: REST tells who read what")


@dataclass(frozen=True, slots=True)
class SeedSettings:
    """Files that fill an empty database. They are not read once it holds anything."""

    catalogue: tuple[Path, ...] = ()
    """MARC 21 or CNMARC files (ISO 2709)."""
    items: Path | None = None
    """TOML: `[[item]]` with id, control_number, loan_class."""
    patrons: Path | None = None
    """TOML: `[[patron]]` with id, given_name, category, cards."""
    loans: Path | None = None
    """TOML: `[[loan]]` with patron and item: loans that stand already."""


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """How long central remembers who read what."""

    keep_days: Annotated[int, within(1, 36_500)] = 90
    """So long after a loan has ended, its patron is forgotten; loans that staff look into are kept until then."""


@dataclass(frozen=True, slots=True)
class StationSettings:
    """Where a kiosk stands."""

    name: Annotated[str, NAME]
    branch: Annotated[str, NOT_EMPTY]
    """Its rules are asked for what happens there."""


@dataclass(frozen=True, slots=True)
class GatesSettings:
    """What the security gates are told."""

    copies: Path | None = None
    """Folder for copies of what is lent, which gates fetch; 16 bytes an item, and for the key that
    signs them and what gates are told (`signing.key`; `signing.pub` goes to the gates). Without one, gates hear changes
    alone, unsigned."""
    every_min: Annotated[float, within(0, 1_440)] = 30.0
    """A new copy is made so often, if anything has changed."""


@dataclass(frozen=True, slots=True)
class ObjectsSettings:
    """The digital store."""

    folder: Path
    """Where its files are."""
    replica: Path | None = None
    """A second folder with the same files, on another disk: what is damaged in one is put right from the other."""
    mail: Annotated[str, NOT_EMPTY] = "library@localhost"
    """Of whoever answers for it: harvesters are told (OAI-PMH)."""

    def __post_init__(self) -> None:
        if self.replica == self.folder:
            raise ValueError("expected replica to be another folder than folder")


@dataclass(frozen=True, slots=True)
class ClimateSettings:
    """Environment sensors that speak over MQTT: Zigbee2MQTT, Tasmota, Shelly."""

    broker: BrokerSettings | None = None
    """The broker that they speak to; without one, central's own."""
    topics: Annotated[tuple[str, ...], NOT_EMPTY] = FILTERS
    """What is listened to."""


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """One central system."""

    site: Annotated[str, NAME]
    time_zone: Annotated[str, TIME_ZONE] = "Asia/Shanghai"
    broker: SharedBroker = field(default_factory=SharedBroker)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    http: HttpSettings = field(default_factory=HttpSettings)
    seed: SeedSettings = field(default_factory=SeedSettings)
    rules: RulesFile = field(default_factory=RulesFile)
    """Who may borrow what, until when."""
    rules_file: Path | None = None
    """A file with what would stand under `rules`, for rules that somebody else edits."""
    station: tuple[StationSettings, ...] = ()
    """Stations with a branch of their own; without one, the rules for every branch hold."""
    history: HistorySettings = field(default_factory=HistorySettings)
    sip2: Sip2Settings = field(default_factory=Sip2Settings)
    """SIP2 for other makers' self-checks and book-drops."""
    console: ConsoleSettings | None = None
    """The staff console; without it there is none."""
    mail: MailSettings | None = None
    """The mail server; without it nothing is sent by e-mail."""
    notices: NoticeSettings | None = None
    """Notices of what is due, overdue or ready; without it none are sent."""
    payments: PaymentSettings | None = None
    """Paying by phone through WeChat Pay; without it and `alipay` money is taken at the desk alone."""
    alipay: AlipaySettings | None = None
    """Paying by phone through Alipay."""
    registration: RegistrationSettings | None = None
    """New patrons at the kiosks; without it, and where there is an ils, they are sent to the desk."""
    climate: ClimateSettings | None = None
    """Sensors of temperature, humidity and water; without it none are heard."""
    objects: ObjectsSettings | None = None
    """The digital store; without it digitisations have no files."""
    gates: GatesSettings = field(default_factory=GatesSettings)
    ils: IlsSettings | None = None
    """The library's own system; with it, it decides."""
    copies: CopiesSettings | None = None
    """Copies for the kiosks to lend by while this system does not answer. Absent: they have only their own limits. Of
    several processes that share a broker, one makes them."""
    promise_s: Annotated[int, within(1, 3_600)] = 120
    """How long a yes counts towards the patron's limit while the fact of the loan is awaited."""

    def __post_init__(self) -> None:
        if self.rules_file is not None and self.rules != RulesFile():
            raise ValueError("expected rules or rules_file, not both")
        if self.sip2.pins is Pins.LIBRARY and self.ils is None:
            raise ValueError("expected ils where sip2.pins is library: it says which PIN is right")
        if self.notices is not None and self.mail is None:
            raise ValueError("expected mail where there is notices: it says which server takes them")
        names = [station.name for station in self.station]
        if len(set(names)) < len(names):
            raise ValueError("expected each station once")

    def policy(self) -> Policy:
        """The rules as the desk judges by them. Reads `rules_file`; raises `SettingsRefused` with its faults."""
        rules = self.rules if self.rules_file is None else load(RulesFile, self.rules_file)
        return Policy(rules, self.time_zone)

    def branches(self) -> dict[str, str]:
        """Station → branch."""
        return {station.name: station.branch for station in self.station}
