"""Key files: who may read them, what may stand in them, and that no refusal shows a byte of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.cards.phone_keys import LibraryKey, read_phone_keys
from drivers.cards.secret_file import LARGEST_BYTES, read_secret
from drivers.cards.sector_key import SectorKey, read_sector_key
from drivers.errors import BadSetting, DriverError

KEY = "A1B2C3D4E5F6"
SECRET = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
SOMEBODY = 12_345
"""A user and group that are not root's."""


@pytest.fixture
def key_file(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str | bytes, mode: int = 0o600) -> Path:
        path = tmp_path / "key"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return path

    return write


@pytest.mark.parametrize("text", [KEY, KEY.lower() + "\n", " A1:B2:C3:D4:E5:F6 \n", "A1 B2 C3 D4 E5 F6"])
def test_a_sector_key_is_twelve_hex_digits(key_file: Callable[..., Path], text: str) -> None:
    assert read_sector_key(key_file(text)) == SectorKey(bytes.fromhex(KEY))


@pytest.mark.parametrize("text", ["", KEY[:-1], KEY + "00", "A1B2C3D4E5FG", f"{KEY} # ours", "Ａ1B2C3D4E5F6"])
def test_anything_else_is_refused_without_showing_it(key_file: Callable[..., Path], text: str) -> None:
    refused = why_not(read_sector_key, key_file(text))
    assert "key file" in refused
    assert KEY[:6] not in refused


def why_not(read: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(BadSetting) as refused:
        read(path)
    assert refused.value.__cause__ is None
    return str(refused.value)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o601, 0o666, 0o620, 0o777])
def test_a_file_that_others_can_read_or_change_is_refused(key_file: Callable[..., Path], mode: int) -> None:
    path = key_file(KEY, mode)
    assert why_not(read_sector_key, path) == (
        f"the key file {path} can be read or changed by others (mode {mode:04o}): chmod 600 it"
    )


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_its_owner_alone_is_read(key_file: Callable[..., Path], mode: int) -> None:
    assert read_secret(key_file(KEY, mode)) == KEY


def test_a_group_may_read_what_is_roots_and_nobody_elses(key_file: Callable[..., Path]) -> None:
    path = key_file(KEY, 0o640)
    if os.geteuid() == 0:
        assert read_secret(path) == KEY
        os.chown(path, SOMEBODY, SOMEBODY)
    assert "mode 0640" in why_not(read_secret, path)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    assert "no ordinary file" in why_not(read_secret, fifo)
    assert "cannot be read" in why_not(read_secret, tmp_path / "nowhere")
    assert "Is a directory" in why_not(read_secret, tmp_path)


def test_what_is_too_large_or_no_text_is_refused(key_file: Callable[..., Path]) -> None:
    assert read_secret(key_file("A" * LARGEST_BYTES)) == "A" * LARGEST_BYTES
    assert "is it the right one" in why_not(read_secret, key_file("A" * (LARGEST_BYTES + 1)))
    assert "not plain text" in why_not(read_secret, key_file(b"\xff\xfe"))


def test_several_phone_keys_stand_in_one_file(key_file: Callable[..., Path]) -> None:
    path = key_file(f"# since May\nK7 {SECRET}\n\n  K8\t{SECRET.upper()}  # the next one\n")
    assert read_phone_keys(path) == {
        "K7": LibraryKey("K7", bytes.fromhex(SECRET)),
        "K8": LibraryKey("K8", bytes.fromhex(SECRET)),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no key"),
        ("# nothing", "holds no key"),
        (f"K7 {SECRET}\nk8 {SECRET}", "line 2"),
        (f"K7 {SECRET[:-2]}", "line 1"),
        (f"K7 {SECRET}00", "line 1"),
        (f"{SECRET}", "line 1"),
        (f"TOOLONGID {SECRET}", "line 1"),
        (f"K7 {SECRET}\nK7 {SECRET}", "key K7 is there twice"),
    ],
)
def test_a_broken_file_of_phone_keys_is_told_by_its_line(key_file: Callable[..., Path], text: str, says: str) -> None:
    refused = why_not(read_phone_keys, key_file(text))
    assert says in refused
    assert SECRET[:8] not in refused


def test_keys_do_not_show_in_their_repr() -> None:
    library = LibraryKey("K7", bytes.fromhex(SECRET))
    phone = library.for_card("P0042")
    shown = repr(library) + repr(phone) + repr(SectorKey(bytes.fromhex(KEY))) + str([library, phone])
    for secret in (library.secret, phone.secret, bytes.fromhex(KEY)):
        assert repr(secret) not in shown
        assert secret.hex() not in shown.casefold()
    assert "P0042" not in shown


@pytest.mark.parametrize(
    "make",
    [
        lambda: SectorKey(b"12345"),
        lambda: LibraryKey("k7", bytes(32)),
        lambda: LibraryKey("K7", bytes(31)),
        lambda: LibraryKey("K7", bytes(32)).for_card(""),
        lambda: LibraryKey("K7", bytes(32)).for_card("x" * 65),
        lambda: LibraryKey("K7", bytes(32)).for_card("a\nb"),
        lambda: LibraryKey("K7", bytes(32)).for_card("\ud800"),
    ],
)
def test_what_is_no_key_or_card_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(DriverError):
        make()
