"""Files that appear whole or not at all, and that nobody else may read: they say who read what."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp


@contextmanager
def beside(file: Path) -> Iterator[Path]:
    """An empty file to be written; where the block ends without an exception, it takes the place of `file`."""
    descriptor, name = mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
        _flush(part)
        part.replace(file)
        _flush(file.parent)
    finally:
        part.unlink(missing_ok=True)


def belong_like(file: Path, there: Path) -> None:
    """Give `file` the owner and rights of `there`, so that root may restore what a service's user will open."""
    like = there if there.exists() else there.parent
    found = like.stat()
    if there.exists():
        file.chmod(found.st_mode & 0o666)
    if os.geteuid() == 0:
        os.chown(file, found.st_uid, found.st_gid)


def _flush(path: Path) -> None:
    """Onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
