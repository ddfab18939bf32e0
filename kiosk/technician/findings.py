"""What a look at this machine's hardware tells: one finding a thing, with how sure it is and what to do. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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
    """TOML to paste into `kiosk.toml`."""
    udev: str = ""
    """A line for `/etc/udev/rules.d/70-kiosk.rules` that gives the device a lasting name."""


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
    lines += _pasted("For kiosk.toml:", (each.settings for each in told))
    lines += _pasted("For /etc/udev/rules.d/70-kiosk.rules:", (each.udev for each in told))
    return "\n".join(lines)


def _pasted(head: str, texts: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(text for text in texts if text))
    return ["", head, "", "\n\n".join(wanted)] if wanted else []


def settings_text(table: str, values: dict[str, str | int], remark: str = "") -> str:
    """A table of `kiosk.toml`; where a remark is given the whole of it is commented out and the remark stands first."""
    lines = [f"[{table}]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())]
    return "\n".join([f"# {remark}", *(f"# {line}" for line in lines)] if remark else lines)
