"""Settings of the central system, `central.toml`. Every key is documented here, once."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from kiosk.central.store import BadDatabaseUrl, database_url
from kiosk.model.limits import LARGEST_PORT, NAME, NOT_EMPTY, PORT_NUMBER, TIME_ZONE, within
from kiosk.rules.loans import LoanRule, LoanRules

LARGEST_DEBT_CENTS = 100_000_000


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """The MQTT broker."""

    host: Annotated[str, NOT_EMPTY] = "127.0.0.1"
    port: Annotated[int, PORT_NUMBER] = 1883
    username: str | None = None
    password_file: Path | None = None
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
        try:
            local = self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            raise ValueError("expected host to be an IP address or localhost") from None
        if not local and self.token_file is None:
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
class RuleSettings:
    """Who may borrow what, until when."""

    line: tuple[LoanRule, ...] = (LoanRule(loan_days=28, max_loans=10),)
    debt_limit_cents: Annotated[int, within(0, LARGEST_DEBT_CENTS)] = 0
    """Who owes more than this borrows nothing."""

    def __post_init__(self) -> None:
        LoanRules(self.line, debt_limit_cents=self.debt_limit_cents)


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """One central system."""

    site: Annotated[str, NAME]
    time_zone: Annotated[str, TIME_ZONE] = "Asia/Shanghai"
    broker: BrokerSettings = field(default_factory=BrokerSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    http: HttpSettings = field(default_factory=HttpSettings)
    seed: SeedSettings = field(default_factory=SeedSettings)
    rules: RuleSettings = field(default_factory=RuleSettings)
    promise_s: Annotated[int, within(1, 3_600)] = 120
    """How long a yes counts towards the patron's limit while the fact of the loan is awaited."""

    def __post_init__(self) -> None:
        self.loan_rules()

    def loan_rules(self) -> LoanRules:
        """The rules as the desk judges by them."""
        return LoanRules(self.rules.line, self.time_zone, self.rules.debt_limit_cents)
