"""What leaves the library in a support bundle: enough to help, and nobody's number, name or secret."""

from __future__ import annotations

import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.commands import main
from kiosk.ledger import Ledger
from kiosk.model.ids import ItemId, PatronRef, Uid
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.technician.supporting import masked_log, masked_settings
from kiosk.wire import Station

AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
SECRET = "hunter2hunter2"
KIOSK = """\
site = "main"
station = "kiosk-1"
[library]
name_zh = "馆"
name_en = "Library"
[pad]
port = "/dev/serial/by-id/usb-pad"
[ledger]
path = "{folder}/ledger.sqlite"
"""


def test_settings_keep_where_secrets_lie_and_lose_what_they_are() -> None:
    told = masked_settings(
        f'password = "{SECRET}"\nclient_secret = "{SECRET}" # {SECRET}\napi_key="{SECRET}"\n'
        f'url = "postgresql://kiosk:{SECRET}@db/central"\n'
        'password_file = "/etc/kiosk/password"\nkey = "/etc/kiosk/station.key"\nport = "/dev/ttyUSB0"\n'
    )
    assert SECRET not in told
    assert 'password = "…"\n' in told
    assert "postgresql://…@db/central" in told
    for kept in ("/etc/kiosk/password", "/etc/kiosk/station.key", "/dev/ttyUSB0"):
        assert kept in told


@pytest.mark.parametrize("number", ["35555000012346", "E004010000000001", "KB20230001", "RD-2023-000123", "20230001"])
def test_a_log_line_loses_numbers_that_may_be_somebodys(number: str) -> None:
    told = masked_log(f"2026-11-27T09:30:00 WARNING odd tag:{number} seen\nagain {number}, then 99887766\n")
    assert number not in told
    assert told == "2026-11-27T09:30:00 WARNING odd tag:<number 1> seen\nagain <number 1>, then <number 2>\n"


def test_a_log_line_keeps_what_helps() -> None:
    line = (
        "2026-11-27 09:30:00,016 [116]: broker 10.20.30.40:8883 gone, pad at /dev/ttyUSB0, version 0.1.0, 12345 rows\n"
    )
    assert masked_log(line) == line
    assert masked_log("mail to wei.chen@example.org failed") == "mail to <mail> failed"


def test_the_bundle_tells_what_happened_and_to_nobody_in_particular(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kiosk.toml").write_text(KIOSK.format(folder=tmp_path), encoding="utf-8")
    (tmp_path / "central.toml").write_bytes(b"\xff half-written")
    ledger = Ledger.open(tmp_path / "ledger.sqlite", Station("main", "kiosk-1"))
    row = JournalRow(RowKind.RETURN_INTENDED, item=ItemId("35555000012346"), uid=Uid("E004010000000001"))
    patron = JournalRow(RowKind.STATION_OPENED, patron=PatronRef("P-4711-0815"), note="Wei was here")
    ledger.commit([Journal(row), Journal(patron)], Moment(1.0, AT))
    ledger.close()

    out = tmp_path / "support.tar.gz"
    assert main(["support-bundle", "--config", str(tmp_path), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert out.stat().st_mode & 0o077 == 0
    with tarfile.open(out) as archive:
        texts = {name: told.read().decode() for name in archive.getnames() if (told := archive.extractfile(name))}
    assert json.loads(texts["support/journal.json"])["kinds"]["return.intended"] == 1
    assert 'station = "kiosk-1"' in texts["support/settings/kiosk.toml"]
    assert "cannot be read" in texts["support/settings/central.toml"]
    for person in ("35555000012346", "E004010000000001", "P-4711-0815", "Wei"):
        assert not [name for name, text in texts.items() if person in text], person
    assert main(["support-bundle", "--config", str(tmp_path), "--out", str(out)]) == 1, "nothing is overwritten"
