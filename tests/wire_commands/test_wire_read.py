"""`kiosk wire read`: files of exchanges in words, the bench's downloads among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from firmware_sim.bench.wire_file import toml_of
from firmware_sim.lines.wire_log import Direction, WireEntry
from kiosk.commands import main
from tests.vectors_read import FOLDER, VECTORS, exchanges


@pytest.mark.parametrize("protocol", VECTORS)
def test_every_vector_file_is_read_by_its_name(protocol: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wire", "read", str(FOLDER / f"{protocol}.toml"), "--json"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert [one["hex"] for one in read] == [one["hex"] for one in exchanges(protocol)]
    assert all(one["described"] for one in read if one["hex"])


def test_what_the_bench_gives_is_read_with_devices_of_several_protocols(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [
        WireEntry(1, 0.5, "pad", Direction.FROM_HOST, bytes.fromhex("05FF65E5CB")),
        WireEntry(2, 0.6, "printer", Direction.FROM_HOST, bytes.fromhex("1B40")),
        WireEntry(3, 0.7, "desk", Direction.FROM_HOST, b"\xa0\x01\x01\xa2"),
    ]
    speaks = {"pad": "feig", "printer": "escpos", "desk": 'nobody\'s "own"'}
    file = tmp_path / "wire.toml"
    file.write_text(toml_of(entries, speaks.__getitem__), encoding="utf-8")
    assert main(["wire", "read", str(file)]) == 0
    told = capsys.readouterr().out
    assert "→ pad  05 FF 65 E5 CB\n    message   get-software-version" in told
    assert "→ printer  1B 40" in told
    assert told.endswith("→ desk  A0 01 01 A2\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("exchange = 3", "expected tables [[exchange]]"),
        ("[[exchange]]\nhex = 'zz'\ndirection = 'host-to-device'", "exchange.1: expected direction"),
        ("[[exchange]]\nhex = '00'", "exchange.1: expected direction"),
        ("[[exchange", "expected TOML"),
    ],
)
def test_a_file_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    file = tmp_path / "wire.toml"
    file.write_text(content, encoding="utf-8")
    assert main(["wire", "read", str(file)]) == 2
    assert said in capsys.readouterr().err
    assert main(["wire", "read", str(tmp_path / "missing")]) == 2
