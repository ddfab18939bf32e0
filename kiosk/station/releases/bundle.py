"""A bundle: a tar archive of `manifest.json`, `manifest.sig` (Ed25519 over the manifest's bytes, base64) and the files.

The manifest names each file with size, SHA-256 and whether it may be run; nothing else is ever written. Whatever is
wrong is found before the first byte is put in force.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import os
import platform
import re
import shutil
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.wire.envelope import parse
from kiosk.wire.fields import Fields, MessageRefused, as_fields
from kiosk.wire.signing import is_signed

NAME = "library-kiosk"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
START = "bin/start"
"""What is run of a release, with the command's words behind it."""
ANY = "any"
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}", re.ASCII)
LARGEST_MANIFEST = 4 << 20
MOST_FILES = 50_000
LARGEST_BYTES = 2 << 30
SPARE_BYTES = 64 << 20
"""What has to stay free on the disk for the ledger."""
PIECE = 1 << 16
PATH = re.compile(r"[^\0]{1,400}")


class BadBundle(Exception):
    """A bundle that is not put in force; the text says why."""


@dataclass(frozen=True, slots=True)
class BundledFile:
    sha256: str
    size: int
    run: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says of itself."""

    version: str
    machine: str
    """As `uname -m` says it, or `any`."""
    security: int
    """Rises when an older one must not come back."""
    files: Mapping[str, BundledFile]

    @property
    def size(self) -> int:
        return sum(one.size for one in self.files.values())


def write_bundle(folder: Path, to: Path, version: str, machine: str, security: int, key: Ed25519PrivateKey) -> Manifest:
    """Pack a folder, which has `bin/start`, as a signed bundle. Raises `BadBundle`, `OSError`."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    if START not in files:
        raise BadBundle(f"{folder}: expected {START}, which is run with the words of the command")
    manifest = Manifest(version, machine, security, {name: _described(path) for name, path in files.items()})
    content = _manifest_bytes(manifest)
    read_manifest(content)  # what a kiosk would refuse is not written
    with tarfile.open(to, "w:gz") as archive:
        _add(archive, MANIFEST, content)
        _add(archive, SIGNATURE, base64.b64encode(key.sign(content)))
        for name, path in files.items():
            archive.add(path, name, recursive=False)
    return manifest


def read_manifest(content: bytes) -> Manifest:
    """Raises `BadBundle`."""
    try:
        fields = as_fields(parse(content, LARGEST_MANIFEST), "manifest")
        if fields.text("name") != NAME:
            raise BadBundle(f"it is no bundle of {NAME}")
        version = fields.text("version", longest=40)
        if not VERSION.fullmatch(version):
            raise BadBundle("manifest.version: expected 1 to 40 of a-z, 0-9, . _ + and -")
        members = fields.inner("files")
        if not 0 < len(members.members) <= MOST_FILES:
            raise BadBundle(f"manifest.files: expected 1 to {MOST_FILES} files")
        files = {_safe(name): _file(members.inner(name)) for name in members.members}
        manifest = Manifest(version, fields.text("machine", longest=40), fields.whole("security"), files)
    except MessageRefused as refused:
        raise BadBundle(str(refused)) from None
    if START not in files or not files[START].run:
        raise BadBundle(f"manifest.files: expected {START}, which may be run")
    if manifest.size > LARGEST_BYTES:
        raise BadBundle(f"its files have {manifest.size} bytes, more than {LARGEST_BYTES}")
    return manifest


def unpack(bundle: Path, into: Path, signers: Iterable[Ed25519PublicKey], floor: int) -> Manifest:
    """Check everything and write the files into `into`, which is made; flushed to the disk. Raises `BadBundle`,
    `OSError`; then `into` may be there in part, and is to be removed."""
    try:
        with tarfile.open(bundle, "r|*") as archive:
            manifest = _believed(archive, signers)
            _fits_here(manifest, into, floor)
            _write_all(archive, manifest, into)
    except (tarfile.TarError, EOFError) as broken:
        raise BadBundle(f"it is no whole archive: {broken}") from None
    except OSError as trouble:
        if trouble.errno is None:  # gzip's own word for a broken stream
            raise BadBundle(f"it is no whole archive: {trouble}") from None
        raise
    return manifest


def _believed(archive: tarfile.TarFile, signers: Iterable[Ed25519PublicKey]) -> Manifest:
    content = _next(archive, MANIFEST, LARGEST_MANIFEST)
    try:
        signature = base64.b64decode(_next(archive, SIGNATURE, 200), validate=True)
    except (binascii.Error, ValueError):
        signature = b""
    if not any(is_signed(key, signature, content) for key in signers):
        raise BadBundle("the signature is wrong, or its key is not known here")
    return read_manifest(content)


def _fits_here(manifest: Manifest, into: Path, floor: int) -> None:
    here = platform.machine()
    if manifest.machine not in (ANY, here):
        raise BadBundle(f"it is for {manifest.machine}, and this is {here}")
    if manifest.security < floor:
        raise BadBundle(f"its security level is {manifest.security}, and {floor} was in force here")
    free = shutil.disk_usage(into.parent).free
    if free < manifest.size + SPARE_BYTES:
        raise BadBundle(f"the disk is too full: {free} bytes are free, {manifest.size + SPARE_BYTES} are needed")


def _write_all(archive: tarfile.TarFile, manifest: Manifest, into: Path) -> None:
    into.mkdir()
    missing = set(manifest.files)
    while (member := archive.next()) is not None:
        known = manifest.files.get(member.name)
        content = archive.extractfile(member) if member.isreg() else None
        if known is None or content is None or member.name not in missing:
            raise BadBundle(f"{member.name!r} is not in the manifest, twice, or no plain file")
        missing.remove(member.name)
        _write(into / member.name, content, known)
    if missing:
        raise BadBundle(f"it is not whole: {len(missing)} files are missing, such as {min(missing)}")


def _write(path: Path, content: IO[bytes], known: BundledFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    mode = 0o755 if known.run else 0o644
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        while piece := content.read(PIECE):
            size += len(piece)
            if size > known.size:
                break
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if size != known.size or digest.hexdigest() != known.sha256:
        raise BadBundle(f"{path.name} is not what the manifest says")


def _next(archive: tarfile.TarFile, name: str, most: int) -> bytes:
    member = archive.next()
    content = None if member is None or member.name != name or not member.isreg() else archive.extractfile(member)
    if content is None:
        raise BadBundle(f"expected {name} next in the archive")
    found = content.read(most + 1)
    if len(found) > most:
        raise BadBundle(f"{name}: expected at most {most} bytes")
    return found


def _safe(name: str) -> str:
    path = PurePosixPath(name)
    if not PATH.fullmatch(name) or path.is_absolute() or ".." in path.parts or path.as_posix() != name:
        raise BadBundle(f"{name!r} is no path inside a release")
    return name


def _file(fields: Fields) -> BundledFile:
    return BundledFile(fields.text("sha256", longest=64), fields.whole("bytes", most=LARGEST_BYTES), fields.flag("run"))


def _described(path: Path) -> BundledFile:
    content = path.read_bytes()
    return BundledFile(hashlib.sha256(content).hexdigest(), len(content), os.access(path, os.X_OK))


def _manifest_bytes(manifest: Manifest) -> bytes:
    files = {name: {"sha256": one.sha256, "bytes": one.size, "run": one.run} for name, one in manifest.files.items()}
    whole = {
        "name": NAME,
        "version": manifest.version,
        "machine": manifest.machine,
        "security": manifest.security,
        "files": files,
    }
    return json.dumps(whole, indent=1, sort_keys=True).encode()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
