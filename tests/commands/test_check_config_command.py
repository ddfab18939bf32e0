"""`kiosk check-config`: every fault of every file at once, and nothing but faults for the worst of folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Kiosk, ran_as_process

EXAMPLES = Path(__file__).parents[2] / "config"
DEMO = EXAMPLES / "demo"
SOUND_KIOSK = """
site = "main"
station = "k1"
[library]
name_zh = "馆"
name_en = "Library"
[pad]
port = "/dev/pad"
"""


def faults(kiosk: Kiosk, folder: Path) -> list[tuple[str, str, str, str]]:
    """File name, key, expected and found of each fault."""
    ran = kiosk("check-config", "--json", str(folder))
    document = json.loads(ran.out)
    assert set(document) == {"checked", "faults"}
    assert ran.code == (1 if document["faults"] else 0)
    assert ran.err == ""
    return [(Path(f["file"]).name, f["key"], f["expected"], f["found"]) for f in document["faults"]]


def test_the_demo_has_no_fault(kiosk: Kiosk) -> None:
    files = "kiosk.toml, floor.toml, gate.toml, drop.toml, locker.toml, central.toml, fleet.toml"
    assert kiosk("check-config", str(DEMO)).out == f"{files}: no fault found\n"
    assert faults(kiosk, DEMO) == []


@pytest.mark.parametrize("size", ["small", "branch", "consortium"])
def test_what_a_library_begins_with_has_no_fault_and_is_explained(kiosk: Kiosk, size: str) -> None:
    assert faults(kiosk, EXAMPLES / size) == []
    for file in (EXAMPLES / size).glob("*.toml"):
        assert file.read_text(encoding="utf-8").startswith("# "), f"{file} does not say what it is for"


def test_the_rules_of_another_file_are_checked_with_it(kiosk: Kiosk, tmp_path: Path) -> None:
    """A rules_file with a fault would end central at its next start."""
    (tmp_path / "central.toml").write_text('site = "main"\nrules_file = "rules.toml"\n', encoding="utf-8")
    (tmp_path / "rules.toml").write_text("[[line]]\nloan_period = { n = 28 }\nmax_loan = 3\n", encoding="utf-8")
    ((file, key, expected, _),) = faults(kiosk, tmp_path)
    assert (file, key, expected) == ("rules.toml", "line.1.max_loan", "a known key (did you mean `max_loans`?)")


def test_faults_of_two_files_are_reported_together(kiosk: Kiosk, tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text(
        SOUND_KIOSK.replace('station = "k1"', "station = 1") + "baud = 5\n[timeouts]\nhome_sec = 3\n", encoding="utf-8"
    )
    (tmp_path / "central.toml").write_text('sight = "main"\npromise_s = 0\n[http]\nport = "80"\n', encoding="utf-8")
    assert faults(kiosk, tmp_path) == [
        ("kiosk.toml", "station", "text", "1"),
        ("kiosk.toml", "pad.baud", "a number from 300 to 4000000", "5"),
        ("kiosk.toml", "timeouts.home_sec", "a known key (did you mean `home_s`?)", "`home_sec`"),
        ("central.toml", "sight", "a known key (did you mean `site`?)", "`sight`"),
        ("central.toml", "site", "text, 1 to 32 of a-z, 0-9 and - (this key is required)", "nothing"),
        ("central.toml", "http.port", "a whole number", '"80"'),
        ("central.toml", "promise_s", "a number from 1 to 3600", "0"),
    ]


@pytest.mark.parametrize(
    ("more", "key", "found"),
    [
        ("\n[broker]\nport = 0\n", "broker.port", "0"),
        ('\n[screen]\nmode = "kiosk"\n', "screen.mode", '"kiosk"'),
        ("\n[screen]\nwidth = 10\n", "screen.width", "10"),
        ('\n[printer]\nport = "/dev/p"\nwidth_dots = 577\n', "printer.width_dots", "577"),
        ("\n[marks]\nin_stock = 256\n", "marks.in_stock", "256"),
        ("\n[marks]\nin_stock = 0xC2\n", "marks", "{ in_stock = 194 }"),
        ("\n[offline]\nloan_days = 0\n", "offline.loan_days", "0"),
        ("\n[timeouts]\nwarning_s = -0.5\n", "timeouts.warning_s", "-0.5"),
        ("\n[timeouts]\nwarning_s = true\n", "timeouts.warning_s", "true"),
        ('\n[cards]\nreader = ""\n', "cards.reader", '""'),
        ('\n[scanner]\nport = "tcp://nowhere"\n', "scanner.port", '"tcp://nowhere"'),
        ("\n[[library]]\n", "", ""),
    ],
)
def test_a_setting_that_cannot_be_is_named_with_its_value(
    kiosk: Kiosk, tmp_path: Path, more: str, key: str, found: str
) -> None:
    (tmp_path / "kiosk.toml").write_text(SOUND_KIOSK + more, encoding="utf-8")
    ((_, told_key, _, told_found),) = faults(kiosk, tmp_path)
    assert told_key == key
    assert found in told_found


@pytest.mark.parametrize(
    ("broken", "expected", "found"),
    [
        (b'site = "main\n', "TOML", "line 1"),
        (b'site = "\xc3("', "UTF-8 text", "byte 8 is not"),
        (b"# " + b"x" * 1_000_001, "at most 1000000 bytes", "1000003 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_fault(
    kiosk: Kiosk, tmp_path: Path, broken: bytes, expected: str, found: str
) -> None:
    (tmp_path / "central.toml").write_bytes(broken)
    ((name, key, told_expected, told_found),) = faults(kiosk, tmp_path)
    assert (name, key, told_expected) == ("central.toml", "", expected)
    assert found in told_found


def test_a_folder_or_a_broken_link_in_place_of_a_file_is_a_fault(kiosk: Kiosk, tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").mkdir()
    (tmp_path / "central.toml").symlink_to(tmp_path / "gone")
    assert [(name, expected, found) for name, _, expected, found in faults(kiosk, tmp_path)] == [
        ("kiosk.toml", "a readable file", "Is a directory"),
        ("central.toml", "a readable file", "No such file or directory"),
    ]


def test_a_place_without_a_configuration_says_what_it_is(kiosk: Kiosk, tmp_path: Path) -> None:
    a_file = tmp_path / "file"
    a_file.touch()
    (tmp_path / "empty").mkdir()
    wanted = (
        "a folder with kiosk.toml or floor.toml or gate.toml or drop.toml or locker.toml or central.toml or fleet.toml"
    )
    assert [fault[2:] for fault in faults(kiosk, tmp_path / "none")] == [(wanted, "nothing of this name")]
    assert [fault[2:] for fault in faults(kiosk, a_file)] == [(wanted, "a file")]
    assert [fault[2:] for fault in faults(kiosk, tmp_path / "empty")] == [(wanted, "a folder without them")]


def test_the_installed_command_prints_a_line_a_fault(tmp_path: Path) -> None:
    (tmp_path / "central.toml").write_text("site = 1\n", encoding="utf-8")
    ran = ran_as_process("check-config", str(tmp_path))
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == f"{tmp_path}/central.toml:1: site: expected text, found 1\n"
    assert ran_as_process("check-config").code == 2


def test_a_theme_that_cannot_be_read_is_refused_with_the_figure(kiosk: Kiosk, tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text(SOUND_KIOSK + '[screen]\ntheme = "look"\n', encoding="utf-8")
    look = tmp_path / "look"
    look.mkdir()
    (look / "theme.toml").write_text('[colours]\nmuted = "#AAAAAA"\n', encoding="utf-8")
    expected = "a contrast of at least 4.5 for its letters on"
    assert faults(kiosk, tmp_path) == [
        ("theme.toml", "colours.muted", f"{expected} `paper`", "2.1"),
        ("theme.toml", "colours.muted", f"{expected} `bar`", "1.9"),
    ]
    (look / "theme.toml").write_text('[pictures]\nshelf = "hall.svg"\n', encoding="utf-8")
    ((file, _, wanted, found),) = faults(kiosk, tmp_path)
    assert (file, wanted) == ("look", "pictures that are there")
    assert "hall.svg" in found


def test_hours_announcements_and_sounds_are_held_to_their_form(kiosk: Kiosk, tmp_path: Path) -> None:
    written = SOUND_KIOSK + '[opening.hours]\nmon = "9-17"\n[[announcements]]\nen = "x"\nuntil = "Sunday"\n'
    written += '[sound]\n[[sound.spells]]\nbegins = "20:00"\nends = "8"\nvolume = 0.1\n'
    (tmp_path / "kiosk.toml").write_text(written, encoding="utf-8")
    assert {key for _, key, _, _ in faults(kiosk, tmp_path)} == {
        "opening.hours.mon",
        "announcements.1.until",
        "sound.spells.1.ends",
    }
