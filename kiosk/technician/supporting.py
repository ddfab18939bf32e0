"""What a maintainer needs to help from afar, in one archive (`kiosk support-bundle`): no patron, no secret, no title.

In it: what `kiosk doctor` says, the settings with what is secret taken out, the shape of the journal (kinds of rows and
instants, no items, no patrons), the newest lines of the log with everything number-like that could be a card or an item
masked, versions, and states of the units. What stands in it can be read before it is sent: it is text.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import tarfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from kiosk.ledger import LedgerFile, LedgerRefused, StorageFailure
from kiosk.technician.findings import Finding

MOST_LINES = 5_000
MOST_ROWS = 2_000
COMMAND_S = 20.0
UNITS = "kiosk*"
SECRET_KEY = re.compile(r"(password|secret|token|credential|private|(?<!public_)key)s?$", re.IGNORECASE)
"""Keys of settings whose text is taken out. Names of files stay: they say where to look."""
FILE_KEY = re.compile(r"(_file|_keys|folder|certificate|authority)$")
URL_USER = re.compile(r"(?<=://)[^/@\s]+@")
LINE = re.compile(r'^(?P<key>\s*"?[\w.-]+"?\s*=\s*)(?P<value>.*)$')
INSTANT = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?!\w)"
TOKEN = r"(?<![\w/-])[\w-]*\d[\w-]*"
WORD = re.compile(f"(?P<instant>{INSTANT})|{TOKEN}")
"""Instants stay; other words with digits may be somebody's. What stands in a path or an address stays, too."""
MOST_DIGITS = 5
"""A card, a barcode or a UID has more."""
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def masked_settings(text: str) -> str:
    """TOML as it is, but for the values of secret keys and users in addresses."""
    return "".join(_masked_setting(line) for line in text.splitlines(keepends=True))


def _masked_setting(line: str) -> str:
    found = LINE.match(line)
    if found is None:
        return URL_USER.sub("…@", line)
    key = found["key"].split("=")[0].strip().strip('"')
    if SECRET_KEY.search(key) and not FILE_KEY.search(key) and not _is_path(found["value"]):
        return f'{found["key"]}"…"\n'
    return URL_USER.sub("…@", line)


def _is_path(value: str) -> bool:
    return value.lstrip().lstrip('["').startswith(("/", "./"))


def masked_log(text: str) -> str:
    """Lines with numbers that may be somebody's or something's, and addresses of mail, taken out. The same number is
    masked alike, so that one can still be followed."""
    known: dict[str, str] = {}

    def mask(found: re.Match[str]) -> str:
        word = found[0]
        if found["instant"] or sum(map(str.isdigit, word)) <= MOST_DIGITS:
            return word
        return known.setdefault(word, f"<number {len(known) + 1}>")

    return WORD.sub(mask, EMAIL.sub("<mail>", text))


def journal_shape(path: Path) -> str:
    """Kinds and instants of the newest rows, and how many there are of each; JSON."""
    try:
        with LedgerFile(path) as ledger:
            rows = ledger.rows(0)
            told = {
                "epoch": ledger.epoch(),
                "unacknowledged": ledger.unacknowledged(),
                "rows": len(rows),
                "kinds": dict(Counter(stored.row.kind.value for stored in rows)),
                "newest": [
                    [stored.id, stored.at.isoformat(), stored.row.kind.value, list(stored.row.reasons)]
                    for stored in rows[-MOST_ROWS:]
                ],
            }
    except (LedgerRefused, StorageFailure, ValueError) as trouble:
        told = {"unreadable": str(trouble)}
    return json.dumps(told, indent=1)


def said_by(*command: str) -> str:
    """What a command of the machine prints; a sentence where it cannot."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=COMMAND_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as trouble:
        return f"{' '.join(command)}: {trouble}\n"
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def collected(folder: Path, ledger: Path | None, findings: list[Finding]) -> dict[str, str]:
    """File name → text."""
    parts = {"doctor.json": json.dumps([asdict(one) for one in findings], indent=1, ensure_ascii=False)}
    for file in sorted(folder.glob("*.toml")):
        try:
            parts[f"settings/{file.name}"] = masked_settings(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as trouble:
            parts[f"settings/{file.name}"] = f"# cannot be read: {trouble}\n"
    if ledger is not None:
        parts["journal.json"] = journal_shape(ledger)
    logs = said_by("journalctl", "--no-pager", "--lines", str(MOST_LINES), "--unit", UNITS, "--output", "short-iso")
    parts["log.txt"] = masked_log(logs)
    parts["units.txt"] = said_by("systemctl", "--no-pager", "--all", "list-units", UNITS)
    parts["machine.txt"] = said_by("uname", "-a") + said_by("lsusb") + said_by("df", "-h") + said_by("timedatectl")
    return parts


def write(parts: Mapping[str, str], out: Path, at: datetime) -> None:
    """A `tar.gz` that only its owner may read. Raises `OSError`; what is there already is not overwritten."""
    out.touch(mode=0o600, exist_ok=False)
    with tarfile.open(out, "w:gz") as archive:
        for name, text in parts.items():
            content = text.encode("utf-8", "replace")
            entry = tarfile.TarInfo(f"{out.name.partition('.')[0]}/{name}")
            entry.size, entry.mtime, entry.mode = len(content), int(at.timestamp()), 0o600
            archive.addfile(entry, io.BytesIO(content))
