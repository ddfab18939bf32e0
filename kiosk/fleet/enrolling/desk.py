"""The desk of enrolment: makes codes, takes requests, revokes, and writes what the broker goes by.

A code is used in the transaction that keeps the certificate's number, so that of two that come at once one is refused.
The broker's files are written after it, from the table alone; a crash between the two is mended by the next writing,
which also happens whenever the fleet starts.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, Engine, Row, insert, select, update

from kiosk.database.engine import writing
from kiosk.fleet.enrolling.authority import CERTIFICATE, Authority, BadRequest, End, put
from kiosk.fleet.enrolling.settings import EnrollingSettings
from kiosk.fleet.enrolling.template import settings_for
from kiosk.fleet.store.tables import enrolments
from kiosk.web.trail import record
from kiosk.wire.acl import User, acl
from kiosk.wire.enrolment import (
    ALPHABET,
    CLOCK_OFF_S,
    ID_LENGTH,
    SECRET_LENGTH,
    BadEnrolment,
    Code,
    Enrolled,
    Kind,
    Refusal,
    answer_text,
    is_sealed,
    read_request,
)
from kiosk.wire.topics import Station

MOST_TRIES = 5
"""After so many requests that were sealed with something else a code is dead."""
ACL, CRL = "acl", "crl.pem"
CENTRAL, FLEET = "central", "fleet"
"""Users of the broker beside the stations; no station has their names."""
CODE_TRIES = 20
T = enrolments.c


class Refused(Exception):
    """Nobody is enrolled; `offset_s` is how far the station's clock is ahead, where that is why."""

    def __init__(self, why: Refusal, told: str, offset_s: float = 0.0) -> None:
        super().__init__(told)
        self.why = why
        self.offset_s = offset_s


class NotPossible(Exception):
    """What an operator asked for; the text says why."""


@dataclass(frozen=True, slots=True)
class EnrolmentDesk:
    """One site's."""

    engine: Engine
    settings: EnrollingSettings
    site: str
    authority: Authority
    fleet_key: str
    """Text of the public key by which stations believe the fleet; empty where it orders nothing."""

    def open_code(self, who: str, station: str, kind: Kind, now: datetime) -> Code:
        """A code for a new station, or for one that gets new hardware. Raises `NotPossible`."""
        if station in (CENTRAL, FLEET):
            raise NotPossible(f"{station} is a user of the broker that is no station: give it another name")
        try:
            Station(self.site, station)
        except ValueError as bad:
            raise NotPossible(str(bad)) from None
        with writing(self.engine) as connection:
            taken = set(connection.scalars(select(T.code)))
            code = _new_code(taken)
            connection.execute(
                insert(enrolments).values(
                    code=code.id,
                    site=self.site,
                    station=station,
                    kind=kind.value,
                    made_by=who,
                    made_at=now,
                    until=now + timedelta(minutes=self.settings.minutes),
                    key=code.key(),
                )
            )
            record(connection, who, "enrol.code", f"station:{self.site}/{station}", now)
        return code

    def enrol(self, content: bytes, now: datetime) -> bytes:
        """The answer to a request. Raises `Refused`."""
        try:
            request, seal = read_request(content)
        except BadEnrolment as bad:
            raise Refused(Refusal.REQUEST, str(bad)) from None
        with writing(self.engine) as connection:
            found = self._known(connection, request.code, content, now)
            refused = found if isinstance(found, Refused) else _by_the_clock(request.at, now)
            if not isinstance(found, Refused) and refused is None:
                answer = self._sign(connection, found, request.csr, seal, now)
        if refused is not None:
            raise refused  # outside the transaction, which counts the try
        self.write_broker_files(now)
        return answer

    def revoke(self, who: str, station: str, now: datetime) -> int:
        """Every certificate of a station, and its codes; how many there were. Raises `NotPossible`."""
        with writing(self.engine) as connection:
            ended = self._end(connection, who, station, now)
            if not ended:
                raise NotPossible(f"{station} has neither a certificate nor a code")
            record(connection, who, "enrol.revoke", f"station:{self.site}/{station}", now)
        self.write_broker_files(now)
        return ended

    def listed(self) -> Sequence[Row[tuple[object, ...]]]:
        """The newest first."""
        with self.engine.connect() as connection:
            return connection.execute(select(enrolments).order_by(T.made_at.desc(), T.code).limit(500)).all()

    def write_broker_files(self, now: datetime) -> None:
        """`acl` and `crl.pem`, from the table, and the authority's certificate. Raises `OSError`."""
        signed = select(T.station, T.kind, T.serial, T.revoked_at).where(T.serial.is_not(None))
        with self.engine.connect() as connection:
            rows = connection.execute(signed.order_by(T.station)).all()
        users = {CENTRAL: User.CENTRAL, FLEET: User.FLEET}
        users |= {row.station: User(row.kind) for row in rows if row.revoked_at is None}
        gone = [(int(row.serial), row.revoked_at) for row in rows if row.revoked_at is not None]
        folder = self.settings.for_broker
        put(folder / CRL, self.authority.revoked(gone, now), 0o644)
        put(folder / ACL, acl(self.site, users).encode(), 0o644)
        if folder != self.settings.folder:
            put(folder / CERTIFICATE, self.authority.pem.encode(), 0o644)

    def make_users(self, now: datetime, days: int) -> list[Path]:
        """Keys and certificates of the broker, central and the fleet, where there are none; their files. Raises
        `OSError`."""
        made: list[Path] = []
        for name, subject, end in (
            ("broker", self.settings.host, End.BROKER),
            (CENTRAL, CENTRAL, End.USER),
            (FLEET, FLEET, End.USER),
        ):
            key_file, file = self.settings.folder / f"{name}.key", self.settings.folder / f"{name}.pem"
            if not file.exists():
                key, certificate = self.authority.made_here(subject, now, days, end)
                put(key_file, key, 0o600)
                put(file, certificate, 0o644)
            made += [key_file, file]
        return made

    def _known(
        self, connection: Connection, code: str, content: bytes, now: datetime
    ) -> Row[tuple[object, ...]] | Refused:
        found = connection.execute(select(enrolments).where(T.code == code).with_for_update()).first()
        if found is None or found.tries >= MOST_TRIES:
            return Refused(Refusal.UNKNOWN, "no such code")
        if found.key is None:
            return Refused(
                Refusal.USED, f"this code was used at {found.used_at or found.revoked_at:%Y-%m-%d %H:%M} UTC"
            )
        if not is_sealed(content, found.key):
            connection.execute(update(enrolments).where(T.code == code).values(tries=T.tries + 1))
            return Refused(Refusal.UNKNOWN, "no such code")
        if now >= found.until:
            return Refused(Refusal.LATE, f"this code was good until {found.until:%Y-%m-%d %H:%M} UTC")
        return found

    def _sign(
        self, connection: Connection, found: Row[tuple[object, ...]], csr: str, seal: str, now: datetime
    ) -> bytes:
        """The certificate, for a code that is good now; what the station had before is revoked."""
        try:
            made = self.authority.sign(csr, self.site, found.station, now, self.settings.days)
        except BadRequest as bad:
            raise Refused(Refusal.REQUEST, str(bad)) from None
        key: bytes = found.key
        kind = Kind(found.kind)
        self._end(connection, "enrolment", found.station, now, but=found.code)
        used = {"used_at": now, "key": None, "serial": str(made.serial_number), "ends_at": made.not_valid_after_utc}
        connection.execute(update(enrolments).where(T.code == found.code).values(used))
        record(connection, f"code:{found.code}", "enrol.done", f"station:{self.site}/{found.station}", now)
        enrolled = Enrolled(
            site=self.site,
            station=found.station,
            kind=kind.value,
            certificate=made.public_bytes(Encoding.PEM).decode(),
            authority=self.authority.pem,
            host=self.settings.host,
            port=self.settings.port,
            fleet_key=self.fleet_key,
            settings=settings_for(self._template(kind), self.site, found.station),
        )
        return answer_text(enrolled, key, seal)

    def _template(self, kind: Kind) -> Path | None:
        return self.settings.kiosk if kind is Kind.KIOSK else self.settings.gate

    def _end(self, connection: Connection, who: str, station: str, now: datetime, but: str = "") -> int:
        stands = (T.station == station) & T.revoked_at.is_(None) & (T.code != but)
        ended = connection.execute(update(enrolments).where(stands).values(key=None, revoked_by=who, revoked_at=now))
        return ended.rowcount


def _by_the_clock(at: datetime, now: datetime) -> Refused | None:
    offset_s = (at - now).total_seconds()
    if abs(offset_s) <= CLOCK_OFF_S:
        return None
    told = (
        f"the station's clock is {abs(offset_s):.0f} s {'ahead' if offset_s > 0 else 'behind'}: set it, and try again"
    )
    return Refused(Refusal.CLOCK, told, offset_s)


def _new_code(taken: set[str]) -> Code:
    for _ in range(CODE_TRIES):
        code = Code(_drawn(ID_LENGTH), _drawn(SECRET_LENGTH))
        if code.id not in taken:
            return code
    raise NotPossible("there are too many codes: delete old rows of enrolments")


def _drawn(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
