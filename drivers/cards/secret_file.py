"""Files that hold keys. One that others can read is refused: a key that everybody knows opens every card."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from drivers.errors import BadSetting

LARGEST_BYTES = 65_536
_ROOT = 0


def read_secret(path: Path) -> str:
    """The text of a secret file. Raises `BadSetting` in plain words, without a byte of it.

    Nobody but its owner may read it. A file of root's may be readable by its group: so systemd hands credentials to a
    service, and so an administrator gives a key to the kiosk's group.
    """
    try:
        # Without waiting: a FIFO in the place of the file would hold up the start for ever.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            _check(path, os.fstat(file.fileno()))
            content = file.read(LARGEST_BYTES + 1)
    except OSError as trouble:
        raise BadSetting(f"the key file {path} cannot be read: {trouble.strerror}") from None
    if len(content) > LARGEST_BYTES:
        raise BadSetting(f"the key file {path} is larger than {LARGEST_BYTES:,} bytes: is it the right one?")
    try:
        return content.decode("ascii")
    except UnicodeDecodeError:
        raise BadSetting(f"the key file {path} is not plain text") from None


def _check(path: Path, state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise BadSetting(f"the key file {path} is no ordinary file")
    open_to_group = stat.S_IRWXG if state.st_uid != _ROOT else stat.S_IWGRP
    if state.st_mode & (stat.S_IRWXO | open_to_group):
        mode = stat.S_IMODE(state.st_mode)
        raise BadSetting(f"the key file {path} can be read or changed by others (mode {mode:04o}): chmod 600 it")
