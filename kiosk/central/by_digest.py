"""Files under the SHA-256 of what is in them: whole under their name, or not there; never two of the same."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from pathlib import Path

DIGEST = re.compile(r"[0-9a-f]{64}")


class ByDigest:
    """One folder of such files, whose names end in `suffix`."""

    def __init__(self, folder: Path, suffix: str = "") -> None:
        self._folder = folder
        self._suffix = suffix

    def keep(self, content: bytes) -> str:
        """Keep it, on the disk when this returns; its digest. Raises `OSError`."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if not path.exists():
            self._write(path, content)
        return digest

    def read(self, digest: str) -> bytes | None:
        """The content; None where there is none, or the file is not what was kept."""
        if DIGEST.fullmatch(digest) is None:
            return None
        try:
            content = self._path(digest).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == digest else None

    def put_right(self, content: bytes) -> None:
        """Write it over what is not it. Raises `OSError`."""
        self._write(self._path(hashlib.sha256(content).hexdigest()), content)

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest}{self._suffix}"
