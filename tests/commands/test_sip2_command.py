"""`kiosk sip2 parse` beyond the vectors: encodings, delimiters, what cannot be meant."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from kiosk.commands import main
from kiosk.wire.sip2 import Dialect, Message, encode


def parsed(stdin: bytes, *arguments: str, code: int = 0) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "sip2", "parse", "--json", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_sum_is_over_the_bytes_of_the_encoding() -> None:

    message = Message("35", {"transaction_date": "20261124    093000"}, {"AO": ["图书馆"], "AA": ["1"]}, 3)
    (told,) = parsed(encode(message, Dialect("gb18030", "^")), "--encoding", "gb18030", "--delimiter", "^")
    assert (told["checksum_ok"], told["fields"]) == (True, {"AO": ["图书馆"], "AA": ["1"]})


def test_lines_without_an_end_and_empty_ones() -> None:
    assert [one["code"] for one in parsed(b"\n\r\n97AZFEF5\r\n\n96AZFEF6")] == ["97", "96"]
    assert parsed(b"") == []


def test_the_side_that_sent_it_may_be_named() -> None:
    (told,) = parsed(b"941AY0AZFDFD\r", "--direction", "sc-to-acs")
    assert (told["message"], told["findings"]) == (None, ["unknown-code"])


def test_a_line_longer_than_any_message_is_left_out_and_said() -> None:
    told = parsed(b"x" * 70_000 + b"\n97AZFEF5\n", code=1)
    assert [one["code"] for one in told] == ["97"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--encoding", "klingon"),
        ("--encoding", "utf-16"),
        ("--delimiter", "||"),
        ("--delimiter", "A"),
        ("--direction", "up"),
    ],
)
def test_what_cannot_be_meant_is_said(arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["sip2", "parse", *arguments])
    assert refused.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def decoded(capsys: pytest.CaptureFixture[str], data: bytes, *arguments: str) -> object:
    assert main(["wire", "decode", "sip2", data.hex(), "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_bytes_of_the_wire_say_what_the_line_says(capsys: pytest.CaptureFixture[str]) -> None:
    line = b"9900802.00AY1AZFCA0\r"
    (told,) = parsed(line)
    assert decoded(capsys, line) == {
        "message": told["message"],
        "fields": {name: told[name] for name in ("code", "sequence", "checksum", "checksum_ok", "fixed", "fields")},
        "findings": told["findings"],
    }


def test_several_messages_in_one_piece_are_told_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    told = decoded(capsys, b"9900802.00AY1AZFCA0\r\n941AY0AZFDFD", "--direction", "host-to-device")
    assert isinstance(told, list)
    assert [(one["message"], one["findings"]) for one in told] == [
        ("SC Status", []),
        ("unknown message", ["unknown-code"]),
    ]


def test_bytes_without_a_message_and_a_name_that_is_nearly_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert decoded(capsys, b"\r\n") == {"message": "nothing", "fields": {}, "findings": ["no-message"]}
    assert main(["wire", "decode", "sip", "00"]) == 2
    assert "Did you mean sip2" in capsys.readouterr().err
