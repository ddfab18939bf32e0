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
