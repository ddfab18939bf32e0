"""What a look at this machine's hardware tells: one finding a thing, with how sure it is and what to do. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

KIOSK_FILE, GATE_FILE = "kiosk.toml", "gate.toml"


class State(StrEnum):
    """How good the news is."""

    OK = "ok"
    NOTE = "note"
    """Nothing is wrong; somebody may want to know, or to look closer."""
    FAULT = "fault"


class Sure(StrEnum):
    """How sure a finding is."""

    CERTAIN = "certain"
    """The device said so itself, twice, or the machine did."""
    LIKELY = "likely"
    """By its USB name or its place only."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found, or is missing."""

    state: State
    where: str
    """Port, reader, address or file."""
    what: str
    sure: Sure = Sure.CERTAIN
    mend: str = ""
    """A command, a setting or a thing to do; empty where nothing is to be done."""
    settings: str = ""
    """TOML to paste into `file`."""
    udev: str = ""
    """A line for `/etc/udev/rules.d/70-kiosk.rules` that gives the device a lasting name."""
    file: str = KIOSK_FILE
    """The file of the configuration folder that the settings belong into."""


_MARKS = {State.OK: "ok   ", State.NOTE: "note ", State.FAULT: "FAULT"}


def as_text(findings: Iterable[Finding]) -> str:
    """Findings, then the settings and rules to paste, each once."""
    told = list(findings)
    lines: list[str] = []
    for each in told:
        likely = " (likely)" if each.sure is Sure.LIKELY else ""
        lines.append(f"{_MARKS[each.state]}  {each.where}: {each.what}{likely}")
        if each.mend:
            lines.append(f"       → {each.mend}")
    for file in (KIOSK_FILE, GATE_FILE):
        lines += _pasted(f"For {file}:", _once_a_table(each.settings for each in told if each.file == file))
    lines += _pasted("For /etc/udev/rules.d/70-kiosk.rules:", (each.udev for each in told))
    return "\n".join(lines)


def _pasted(head: str, texts: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(text for text in texts if text))
    return ["", head, "", "\n\n".join(wanted)] if wanted else []


def _once_a_table(texts: Iterable[str]) -> Iterator[str]:
    """The first of each table as it is, more of it commented out: TOML takes a table once, a kiosk one of each device.

    Entries of an array, and what is commented out already, may come as often as they do.
    """
    known: dict[str, str] = {}
    for text in texts:
        head = text.partition("\n")[0]
        if not text or head.startswith(("#", "[[")) or known.setdefault(head, text) == text:
            yield text
        else:
            yield _commented(f"A kiosk has one {head}; this is another:", text.splitlines())


def _commented(remark: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# {remark}", *(f"# {line}" for line in lines)])


def settings_text(table: str, values: dict[str, str | int], remark: str = "") -> str:
    """A table of settings; where a remark is given the whole of it is commented out and the remark stands first.

    A gate is an entry of the array `gates`.
    """
    head = "[[gates]]" if table == "gate" else f"[{table}]"
    lines = [head, *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())]
    return _commented(remark, lines) if remark else "\n".join(lines)
