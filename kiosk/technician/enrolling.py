"""The station's side of enrolment: a key that never leaves the machine, a request, and the files that come of it.

Nothing is in place until all of it is: files are written beside, the settings are checked as they will lie, and only
then renamed, the settings last. A power cut before leaves the machine as it was; then the operator makes another code.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kiosk.gate.settings import GateControllerSettings
from kiosk.settings import read_faults
from kiosk.station.settings import KioskSettings
from kiosk.wire.enrolment import PATH, BadEnrolment, Code, Enrolled, Kind, Refusal, Request, read_answer, request_text

WAIT_S = 20.0
KEY, CERTIFICATE, AUTHORITY, FLEET = "station.key", "station.pem", "authority.pem", "fleet.pub"
ADVICE = {
    Refusal.UNKNOWN: "type it again, or have another one made on the fleet page",
    Refusal.USED: "if it was not you, revoke the station on the fleet page at once; have another code made",
    Refusal.LATE: "have another one made on the fleet page",
    Refusal.CLOCK: "`timedatectl set-ntp true` sets it by the network, `timedatectl set-time` by hand",
    Refusal.REQUEST: "this software and the fleet's do not understand each other: bring both to the same version",
}


class NotEnrolled(Exception):
    """The machine is as it was; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Done:
    enrolled: Enrolled
    settings: Path
    """The file that has been written, or whose tables are to be put in by hand."""
    by_hand: str
    """Tables for a file that the library has made itself; empty where it is written."""


def enrol(url: str, code: Code, folder: Path, owner: str | None) -> Done:
    """Enrol this machine. Raises `NotEnrolled`.

    `owner` alone may read the key; None: the user that the unit runs as where root calls, else whoever calls."""
    if not os.path.isdir(folder):  # noqa: PTH112 - pathlib raises for names that no folder can have
        raise NotEnrolled(f"{folder}: expected the folder of the settings; make it first")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "new")])
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    pem = csr.public_bytes(serialization.Encoding.PEM).decode()
    request = request_text(Request(code.id, pem, datetime.now(UTC)), code.key())
    try:
        enrolled = read_answer(_asked(url, request), code.key(), request)
    except BadEnrolment as bad:
        raise NotEnrolled(f"{url}: {bad}") from None
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        return _put_in_place(enrolled, private.decode(), folder, owner)
    except OSError as trouble:
        again = "The code is used: have another one made when it is mended"
        raise NotEnrolled(f"{trouble.filename or folder}: {trouble.strerror}. {again}") from None


def _asked(url: str, request: bytes) -> bytes:
    try:
        answer = httpx.post(url.rstrip("/") + PATH, content=request, timeout=WAIT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as trouble:
        raise NotEnrolled(
            f"{url}: the fleet page does not answer: {trouble}; look at the address and the network"
        ) from None
    if answer.status_code == httpx.codes.OK:
        return answer.content
    try:
        told = json.loads(answer.content)
        why = Refusal(told["why"])
    except (ValueError, KeyError, TypeError):
        raise NotEnrolled(
            f"{url}: expected a fleet page that enrols stations, found status {answer.status_code}"
        ) from None
    raise NotEnrolled(f"refused: {told.get('told')}; {ADVICE[why]}")


def _put_in_place(enrolled: Enrolled, private: str, folder: Path, owner: str | None) -> Done:
    file = folder / ("kiosk.toml" if enrolled.kind == Kind.KIOSK else "gate.toml")
    tables = _tables(enrolled, folder)
    texts = {KEY: private, CERTIFICATE: enrolled.certificate, AUTHORITY: enrolled.authority}
    if enrolled.fleet_key:
        texts[FLEET] = enrolled.fleet_key
    made = not file.exists() and bool(enrolled.settings)
    if made:
        texts[file.name] = enrolled.settings.rstrip("\n") + "\n\n" + tables
    for name, text in texts.items():
        _write(folder / f"{name}.new", text, 0o600 if name == KEY else 0o644, owner or _user_of(enrolled.kind))
    if made:
        _checked(folder / f"{file.name}.new", enrolled)
    for name in texts:
        (folder / f"{name}.new").replace(folder / name)
    return Done(enrolled, file, "" if made else tables)


def _checked(file: Path, enrolled: Enrolled) -> None:
    kind: type[object] = KioskSettings if enrolled.kind == Kind.KIOSK else GateControllerSettings
    faults = read_faults(kind, file)
    if faults:
        told = "\n".join(map(str, faults))
        raise NotEnrolled(
            f"the settings that the fleet gives to new stations cannot be used (enrolling in fleet.toml):\n{told}"
        )


def _user_of(kind: str) -> str | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("kiosk-gate" if kind == Kind.GATE else "kiosk").pw_name
    except KeyError:
        return None


def _tables(enrolled: Enrolled, folder: Path) -> str:
    at = folder.absolute()
    lines = [
        "# Written by `kiosk enrol`.",
        "[broker]",
        f'host = "{enrolled.host}"',
        f"port = {enrolled.port}",
        "tls = true",
        f'authority = "{at / AUTHORITY}"',
        f'certificate = "{at / CERTIFICATE}"',
        f'key = "{at / KEY}"',
    ]
    if enrolled.fleet_key:
        lines += ["", "[fleet]", f'public_keys = ["{at / FLEET}"]']
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str, mode: int, owner: str | None) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if owner is not None:
        shutil.chown(path, owner)
