"""Every vector file goes through the command that technicians type, and comes out as the file says."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from drivers.protocols import known_protocols
from tests.commands.conftest import Kiosk, ran_as_process

VECTORS = Path(__file__).parent.parent / "vectors"
NOT_OF_A_WIRE = {"circulation", "circulation_more", "sip2", "tag_data"}
Entry = dict[str, object]


def entries(name: str, table: str) -> list[Entry]:
    read = tomllib.loads((VECTORS / f"{name}.toml").read_text(encoding="utf-8"))[table]
    assert read
    return [dict(entry) for entry in read]


def protocols() -> list[str]:
    return sorted(path.stem for path in VECTORS.glob("*.toml") if path.stem not in NOT_OF_A_WIRE)


def exchanges() -> list[object]:
    return [
        pytest.param(asked_as(name, entry), entry, id=f"{name}: {entry['name']}")
        for name in protocols()
        for entry in entries(name, "exchange")
    ]


def asked_as(name: str, entry: Entry) -> str:
    """A status byte does not say which question it answers, so the name of the protocol does."""
    message = str(entry["message"])
    return f"escpos:{message[-1]}" if message.startswith("status-") and message[-1].isdigit() else name


TAGS = [pytest.param(entry, id=str(entry["name"])) for entry in entries("tag_data", "vector")]
WRITTEN_TAGS = [pytest.param(e, id=str(e["name"])) for e in entries("tag_data", "vector") if e["direction"] == "both"]


def told(entry: Entry) -> Entry:
    return {key: entry[key] for key in ("message", "fields", "findings")}


def words_of_tag(tag: Entry) -> list[str]:
    """The command line that a technician would type for this tag."""
    words = [str(tag.get("hex", ""))] if tag.get("hex") else []
    words += ["--uii", str(tag["uii_hex"])] if "uii_hex" in tag else []
    words += ["--block-size", str(tag["block_size"])] if "block_size" in tag else []
    for register in ("afi", "dsfid"):
        value = tag.get(register)
        words += [f"--{register}", f"{value:02X}"] if isinstance(value, int) else []
    return ["tag", "decode", *words, "--json"]


def test_every_file_of_a_wire_has_its_protocol() -> None:
    assert set(protocols()) <= set(known_protocols())


@pytest.mark.parametrize(("protocol", "entry"), exchanges())
def test_a_frame_of_the_files_is_told_as_the_file_says(kiosk: Kiosk, protocol: str, entry: Entry) -> None:
    ran = kiosk("wire", "decode", "--direction", str(entry["direction"]), protocol, str(entry["hex"]), "--json")
    assert (ran.code, json.loads(ran.out), ran.err) == (0, told(entry), "")


@pytest.mark.parametrize(("protocol", "entry"), exchanges())
def test_a_frame_of_the_files_needs_no_direction(kiosk: Kiosk, protocol: str, entry: Entry) -> None:
    ran = kiosk("wire", "decode", protocol, str(entry["hex"]), "--json")
    assert json.loads(ran.out) == told(entry)


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_of_the_file_is_told_as_the_file_says(kiosk: Kiosk, tag: Entry) -> None:
    ran = kiosk(*words_of_tag(tag))
    expected = {"format": tag["format"], "elements": tag["expect"], "findings": tag["expect_findings"]}
    printed = json.loads(ran.out)
    assert (ran.code, {key: printed[key] for key in expected}, ran.err) == (0, expected, "")
    assert [detail["code"] for detail in printed["finding_details"]] == tag["expect_findings"]


@pytest.mark.parametrize("tag", WRITTEN_TAGS)
def test_a_tag_marked_both_is_written_as_the_file_says(kiosk: Kiosk, tag: Entry) -> None:
    uii, memory, lock = str(tag.get("uii_hex", "")), str(tag.get("hex", "")), tag.get("lock", [])
    assert isinstance(lock, list)
    size = str(len(memory) // 2)
    words = ["tag", "encode", "--format", str(tag["format"]), "--lock", ",".join(lock), "--json"]
    words += ["--size", size] if memory else []
    words += ["--afi", uii[6:8]] if uii and tag["format"] == "iso28560-4" else []
    ran = kiosk(*words, given=json.dumps(tag["expect"]))
    assert (ran.code, ran.err) == (0, "")
    made = json.loads(ran.out)
    assert made["format"] == tag["format"]
    if uii:
        assert made["uii_hex"] == uii
        assert bool(made["hex"]) == bool(memory)
    else:
        assert (made["hex"], made["uii_hex"]) == (memory, None)


@pytest.mark.parametrize("name", ["feig", "llrp", "escpos"])
def test_the_installed_command_tells_the_same(name: str) -> None:
    entry = entries(name, "exchange")[0]
    ran = ran_as_process("wire", "decode", name, str(entry["hex"]), "--direction", str(entry["direction"]), "--json")
    assert (ran.code, json.loads(ran.out), ran.err) == (0, told(entry), "")


def test_a_tag_goes_through_both_installed_commands() -> None:
    tag = entries("tag_data", "vector")[0]
    decoded = ran_as_process(*words_of_tag(tag))
    encoded = ran_as_process(
        "tag", "encode", "--json", "--lock", "primary_item_identifier,owner_institution", given=decoded.out
    )
    assert json.loads(encoded.out)["hex"] == tag["hex"]


def test_a_terminal_without_chinese_still_shows_the_text() -> None:
    ran = ran_as_process("wire", "decode", "scanner", "5D5131E8AFBBE880850D", PYTHONIOENCODING="ascii")
    assert ran.code == 0
    assert "\\u8bfb\\u8005" in ran.out
    assert ran.err == ""
