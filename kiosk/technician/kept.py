"""What the machine keeps, and whom it reaches: disk, journal, outbox, keys, certificates, broker, central.

Nothing is written, and nobody is logged in: the broker is asked for its certificate and no more.
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from kiosk.ledger import LedgerFile, LedgerRefused, StorageFailure, verify
from kiosk.settings.broker import BrokerSettings
from kiosk.technician.findings import Finding, State

REACH_S = 5.0
LEAST_FREE_MB, SCARCE_MB = 200, 2_000
SOON_DAYS = 30
MANY_FACTS = 1_000
DEFAULT_HTTPS = 443


def disk(folder: Path) -> Iterator[Finding]:
    """Of the file system that a folder is on, or would be."""
    there = next((one for one in (folder, *folder.parents) if os.path.isdir(one)), Path("/"))  # noqa: PTH112 - as below
    free_mb = shutil.disk_usage(there).free // 1_000_000
    mend = "journalctl --vacuum-size=100M; du -xsh /var/* | sort -h"
    if free_mb < LEAST_FREE_MB:
        told = f"{free_mb} MB are free: the kiosk stops lending when a row cannot be written"
        yield Finding(State.FAULT, f"disk of {folder}", told, mend=mend)
    elif free_mb < SCARCE_MB:
        yield Finding(State.NOTE, f"disk of {folder}", f"{free_mb} MB are free", mend=mend)
    else:
        yield Finding(State.OK, f"disk of {folder}", f"{free_mb / 1000:.0f} GB are free")


def journal(path: Path) -> Iterator[Finding]:
    """Whether the ledger is sound, and how many facts central has not acknowledged."""
    if not os.path.exists(path):  # noqa: PTH110 - pathlib raises for names that no file can have
        yield Finding(State.NOTE, str(path), "there is no journal yet", mend="it is made at the first start")
        return
    try:
        problems = verify(path)
        with LedgerFile(path) as ledger:
            waiting = ledger.unacknowledged()
    except (LedgerRefused, StorageFailure) as refused:
        yield Finding(
            State.FAULT, str(path), f"the journal cannot be read: {refused}", mend="docs/operating.md, The ledger"
        )
        return
    for problem in problems[:10]:
        mend = f"copy it aside before anything else, then: kiosk journal verify {path}"
        yield Finding(State.FAULT, str(path), str(problem), mend=mend)
    if not problems:
        yield Finding(State.OK, str(path), "the journal is whole")
    state = State.NOTE if waiting > MANY_FACTS else State.OK
    mend = (
        "is central running, and does it take this station's facts? the fleet page, /sync"
        if state is State.NOTE
        else ""
    )
    yield Finding(state, "outbox", f"central has not acknowledged {waiting} facts", mend=mend)


def certificates(broker: BrokerSettings, now: datetime) -> Iterator[Finding]:
    """Our own and the authority's, with the days that are left."""
    for name, file in (("certificate", broker.certificate), ("authority", broker.authority)):
        if file is not None:
            yield _of_certificate(f"broker.{name} {file}", file, now)


def _of_certificate(where: str, file: Path, now: datetime) -> Finding:
    try:
        made = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as trouble:
        return Finding(State.FAULT, where, f"it cannot be read: {trouble}", mend="kiosk enrol, with a new code")
    return left(where, made, now)


def left(where: str, made: x509.Certificate, now: datetime) -> Finding:
    """How long a certificate is good."""
    days = (made.not_valid_after_utc - now).days
    if made.not_valid_before_utc > now:
        told = f"it is good only from {made.not_valid_before_utc:%Y-%m-%d %H:%M} UTC on"
        return Finding(State.FAULT, where, told, mend="is this machine's clock right? timedatectl")
    if made.not_valid_after_utc <= now:
        told = f"it was good until {made.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
        return Finding(State.FAULT, where, told, mend="kiosk enrol, with a new code of the fleet page")
    if days < SOON_DAYS:
        return Finding(State.NOTE, where, f"it is good for {days} days more", mend="kiosk enrol, with a new code")
    return Finding(State.OK, where, f"it is good for {days} days more")


def keys(files: dict[str, Path | None]) -> Iterator[Finding]:
    """Files that nobody but their owner may read."""
    for name, file in files.items():
        if file is None:
            continue
        try:
            mode = file.stat().st_mode & 0o777
        except OSError as trouble:
            yield Finding(State.FAULT, f"{name} {file}", f"it cannot be read: {trouble.strerror}", mend=f"ls -l {file}")
            continue
        if mode & 0o077:
            told = f"others may read it (mode {mode:03o})"
            yield Finding(
                State.FAULT, f"{name} {file}", told, mend=f"chmod 600 {file}; whoever may have read it: a new one"
            )


def broker(settings: BrokerSettings, now: datetime) -> Iterator[Finding]:
    """Whether it can be reached, and by TLS be believed."""
    where = f"broker {settings.host}:{settings.port}"
    try:
        context = settings.trusted()
    except OSError as trouble:
        yield Finding(
            State.FAULT, where, f"certificate, key or authority cannot be used: {trouble}", mend="kiosk enrol"
        )
        return
    yield from _reached(where, settings.host, settings.port, context, now)


def central(url: str, now: datetime) -> Iterator[Finding]:
    """Whether the address of central can be reached."""
    parts = urlsplit(url)
    host, tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (DEFAULT_HTTPS if tls else 80)
    yield from _reached(f"central {url}", host, port, ssl.create_default_context() if tls else None, now)


def _reached(where: str, host: str, port: int, context: ssl.SSLContext | None, now: datetime) -> Iterator[Finding]:
    try:
        with socket.create_connection((host, port), REACH_S) as line:
            if context is None:
                yield Finding(State.OK, where, "it answers")
                return
            with context.wrap_socket(line, server_hostname=host) as safe:
                shown = safe.getpeercert(binary_form=True)
    except ssl.SSLCertVerificationError as refused:
        mend = "`authority` names who signs it; the name in the certificate is the one to ask for"
        yield Finding(State.FAULT, where, f"its certificate is not believed: {refused.verify_message}", mend=mend)
        return
    except OSError as trouble:
        told = f"it cannot be reached: {trouble.strerror or trouble}"
        yield Finding(State.FAULT, where, told, mend=f"ping {host}; is its service on, and a firewall between?")
        return
    if shown is not None:
        yield left(f"{where}, certificate", x509.load_der_x509_certificate(shown), now)


def now() -> datetime:
    return datetime.now(UTC)
