"""`firmware-sim` on the command line: what it announces, refuses and leaves behind."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.feig_host import request
from tests.firmware_sim.served import PROGRAM, ROOM

READY_KEYS = ["bench", "devices", "gates", "doors", "signals", "cards", "pcsc_socket", "why"]


def ran(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PROGRAM), *words], capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_in_one_line_where_everything_is_and_ends_without_a_trace(serve: Serve, number: signal.Signals) -> None:
    served = serve()
    assert list(served.ready) == READY_KEYS
    assert served.ready["devices"] == {name: str(served.folder / name) for name in ("pad", "scanner", "printer")}
    assert served.ready["cards"] in ("pcsc", "scanner")
    assert (served.ready["pcsc_socket"] is None) == (served.ready["cards"] == "scanner")
    assert bool(served.ready["why"]) == (served.ready["cards"] == "scanner")
    targets = [(served.folder / name).readlink() for name in ("pad", "scanner", "printer")]
    assert all(target.parent == Path("/dev/pts") for target in targets)
    assert served.end(number) == (0, "", "")
    assert not any((served.folder / name).is_symlink() for name in ("pad", "scanner", "printer"))


def test_it_ends_while_a_browser_holds_its_stream_open(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as dumb_mirror:
        served = serve("--mirror-port", str(dumb_mirror.getsockname()[1]))
        with socket.create_connection(("127.0.0.1", int(str(served.ready["bench"]))), 5) as browser:
            browser.sendall(b"GET /screen.mjpeg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert browser.recv(15) == b"HTTP/1.1 200 OK"
            code, _, complained = served.end()
    assert (code, complained) == (0, "")


def test_the_room_can_begin_with_books_on_the_pad_on_loan_and_without_paper(serve: Serve) -> None:
    words = ("--on-pad", "copy-1", "35555000012345", "--on-pad", "35555000012352", "--on-loan", "35555000012369")
    served = serve(*words, "--paper", "out")
    books = served.entries("items")
    on_pad = [name for name, book in books.items() if book["where"] == "pad"]
    assert on_pad == ["35555000012345", "35555000012352", "copy-1"]
    afis = {name: [tag["afi"] for tag in _tags(book)] for name, book in books.items()}
    assert (afis["copy-1"], afis["copy-2"], afis["35555000012345"]) == (["C2"], ["C2"], ["07"])
    with served.printer() as port:
        port.write(b"\x10\x04\x04")
        assert port.read(1)[0] & 0x60 == 0x60
    assert served.end() == (0, "", "")


def _tags(book: dict[str, object]) -> list[dict[str, object]]:
    tags = book["tags"]
    assert isinstance(tags, list)
    return tags


def test_pad_and_printer_can_be_sockets(serve: Serve, tmp_path: Path) -> None:
    config = tmp_path / "sockets.toml"
    config.write_text('[pad]\nline = "tcp"\n[printer]\nline = "tcp"\n', encoding="utf-8")
    served = serve(config=config)
    addresses = served.ready["devices"]
    assert isinstance(addresses, dict)
    for device, question, answer in (
        ("pad", request(0x65), b"\x0d\x00\x65\x00"),
        ("printer", b"\x10\x04\x01", b"\x12"),
    ):
        assert (served.folder / f"{device}.address").read_text(encoding="ascii").strip() == addresses[device]
        host, port = addresses[device].removeprefix("tcp://").split(":")
        with socket.create_connection((host, int(port)), 5) as line:
            line.sendall(question)
            assert line.recv(len(answer)) == answer
    assert served.end() == (0, "", "")
    assert not (served.folder / "pad.address").exists()


def test_a_configuration_with_faults_is_refused_with_all_of_them(tmp_path: Path) -> None:
    config = tmp_path / "room.toml"
    config.write_text("[pad]\nbaud = 1\n[scanner]\nbaud = 2\n", encoding="utf-8")
    result = ran("serve", str(config), "--folder", str(tmp_path / "devices"))
    assert (result.returncode, result.stdout) == (1, "")
    assert [line.split(": expected")[0] for line in result.stderr.splitlines()] == [
        f"{config}: pad.baud",
        f"{config}: scanner.baud",
    ]


def test_a_book_that_is_not_in_the_room_is_refused(tmp_path: Path) -> None:
    result = ran("serve", str(ROOM), "--folder", str(tmp_path), "--on-pad", "copy-3")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("on-pad[0]: there is no book 'copy-3'; try copy-")


def test_a_port_that_somebody_has_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        result = ran("serve", str(ROOM), "--folder", str(tmp_path), "--bench-port", port)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"--bench-port: 127.0.0.1:{port} cannot be used: Address already in use")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = ran("serve", str(ROOM), "--folder", str(tmp_path / "file"))
    assert (result.returncode, result.stdout) == (1, "")
    assert str(tmp_path / "file") in result.stderr


@pytest.mark.parametrize(
    "words", [(), ("sing",), ("serve",), ("serve", "x.toml"), ("serve", "x", "--folder", "y", "--bench-port", "70000")]
)
def test_what_is_no_command_gets_the_usage(words: tuple[str, ...]) -> None:
    result = ran(*words)
    assert (result.returncode, result.stdout) == (2, "")
    assert "usage: firmware-sim" in result.stderr


def test_what_can_be_simulated_is_listed_for_people_and_programs() -> None:
    listed = json.loads(ran("devices", "--json").stdout)["devices"]
    kinds = [(entry["device"], entry["protocol"], entry["lines"]) for entry in listed]
    assert kinds[:3] == [("pad", protocol, ["pty", "tcp"]) for protocol in ("feig", "m3_210", "rl866")]
    assert ("scanner", "scanner", ["pty"]) in kinds
    assert ("printer", "escpos", ["pty", "tcp"]) in kinds
    assert ("cards", "pcsc", ["pcscd"]) in kinds
    assert ("pad", "llrp", ["tcp"]) in kinds
    assert ("gate", "lsp2", ["tcp"]) in kinds
    assert ("gate", "feig", ["calls the host"]) in kinds
    assert "lose-write-answer" in listed[0]["faults"]
    told = ran("devices")
    assert told.returncode == 0
    for entry in listed:
        assert entry["what"] in told.stdout
        assert ", ".join(entry["faults"]) in told.stdout
