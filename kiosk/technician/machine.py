"""The machine itself: clock, screens and touch, sound, fonts, memory and versions (`kiosk doctor`).

Source: Linux's `/proc` and `/sys` (Documentation/ABI, drm sysfs), adjtimex(2). Every reader takes the folder that it
reads below, so that a test can give another machine.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.screens import fonts
from kiosk.technician.findings import Finding, State, Sure

ROOT = Path("/")
STA_UNSYNC = 0x0040
TIME_ERROR = 5
DIRECT = 1 << 1
"""INPUT_PROP_DIRECT: a touch is meant where it happens, so that it is a touch screen and not a pad (input.h)."""
LEAST_MEMORY_KB = 900_000


def look(zone: str | None = None, root: Path = ROOT, prepared: Path | None = None) -> list[Finding]:
    """What this machine is like; `zone` is the settings' time zone, `prepared` their folder of fonts."""
    return [
        *clock(is_synchronised()),
        *time_zone(zone, root),
        *screens(root),
        *touch(root),
        *sound(root),
        *prepared_fonts(fonts.folder(prepared)),
        *memory(root),
        versions(),
    ]


class _Timex(ctypes.Structure):
    """`struct timex` as far as it is read, with room for the rest (adjtimex(2))."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def is_synchronised() -> bool | None:
    """Whether the kernel's clock follows another; None where it does not tell."""
    told = _Timex()
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(told))
    return None if state < 0 else state != TIME_ERROR and not told.status & STA_UNSYNC


def clock(synchronised: bool | None) -> Iterator[Finding]:
    mend = (
        "timedatectl set-ntp true; without the Internet, name the library's own server in /etc/systemd/timesyncd.conf"
    )
    match synchronised:
        case True:
            yield Finding(State.OK, "clock", "it follows a time server")
        case False:
            yield Finding(State.FAULT, "clock", "it follows no time server, so that due dates drift", mend=mend)
        case None:
            yield Finding(State.NOTE, "clock", "the kernel does not say whether it follows another", mend=mend)


def time_zone(zone: str | None, root: Path) -> Iterator[Finding]:
    """The machine's own zone is for logs alone: due dates go by the settings'. Another one confuses who reads both."""
    if zone is None:
        return
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding(State.FAULT, "time_zone", f"there is no time zone {zone}", mend="such as Asia/Shanghai")
        return
    link = root / "etc/localtime"
    here = os.readlink(link).partition("zoneinfo/")[2] if link.is_symlink() else "UTC"  # noqa: PTH115 - not resolved
    if here != zone:
        told = f"the machine's logs are in {here}, the library is in {zone}"
        yield Finding(State.NOTE, "time zone", told, mend=f"timedatectl set-timezone {zone}")
    else:
        yield Finding(State.OK, "time zone", zone)


def screens(root: Path) -> Iterator[Finding]:
    """Connectors with a screen on them, and its first (preferred) mode."""
    connectors = sorted((root / "sys/class/drm").glob("card*-*"))
    there = [one for one in connectors if _line(one / "status") == "connected"]
    for one in there:
        mode = _line(one / "modes") or "of no known mode"
        yield Finding(State.OK, f"screen {one.name.partition('-')[2]}", mode)
    if not there:
        mend = 'is it on, and its cable in? for a test without one: [screen] mode = "headless"'
        told = "none is connected" if connectors else "this machine has no graphics"
        yield Finding(State.FAULT if connectors else State.NOTE, "screen", told, mend=mend)


def touch(root: Path) -> Iterator[Finding]:
    text = _text(root / "proc/bus/input/devices")
    found = False
    for block in text.split("\n\n"):
        properties = re.search(r"^B: PROP=([0-9a-f]+)", block, re.MULTILINE)
        name = re.search(r'^N: Name="(.*)"', block, re.MULTILINE)
        if properties is not None and int(properties[1], 16) & DIRECT:
            found = True
            yield Finding(State.OK, "touch screen", name[1] if name else "without a name")
    if not found:
        mend = "is its USB cable in? lsusb; libinput debug-events shows each touch"
        yield Finding(State.NOTE, "touch screen", "none was found", Sure.LIKELY, mend=mend)


def sound(root: Path) -> Iterator[Finding]:
    cards = re.findall(r"^ *\d+ \[.*?\]: (.*)$", _text(root / "proc/asound/cards"), re.MULTILINE)
    for card in cards:
        yield Finding(State.OK, "sound card", card)
    if not cards:
        told = "none: the kiosk is silent, and nothing is told by sound alone"
        yield Finding(State.NOTE, "sound card", told, mend="aplay -l")


def prepared_fonts(folder: Path) -> Iterator[Finding]:
    missing = fonts.lacking(folder)
    if not missing:
        yield Finding(State.OK, "fonts", f"all in {folder}")
        return
    told = f"{len(missing)} are not in {folder}: {', '.join(missing[:3])}{' …' if len(missing) > 3 else ''}"
    yield Finding(State.FAULT, "fonts", told, mend=f"python -m kiosk.screens.fonts --out {folder}")


def memory(root: Path) -> Iterator[Finding]:
    found = re.search(r"^MemAvailable:\s+(\d+) kB", _text(root / "proc/meminfo"), re.MULTILINE)
    if found is None:
        return
    free_kb = int(found[1])
    state = State.OK if free_kb >= LEAST_MEMORY_KB else State.NOTE
    mend = "" if state is State.OK else "systemctl status, and what else runs here: a kiosk wants about 1 GB"
    yield Finding(state, "memory", f"{free_kb // 1024} MB are free", mend=mend)


def versions() -> Finding:
    told = f"library-kiosk {version('library-kiosk')}, Python {platform.python_version()}, {platform.system()} "
    return Finding(State.OK, "versions", f"{told}{platform.release()} {platform.machine()}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _line(path: Path) -> str:
    return _text(path).partition("\n")[0].strip()
