"""The exchanges of `tests/vectors/escpos.toml`: we send the documented bytes, and understand the documented answers."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.printers.back_channel import AutomaticStatus, BackChannel, RealTimeAnswer
from drivers.printers.escpos import (
    AUTOMATIC_STATUS_ALL,
    CHINESE_OFF,
    CHINESE_ON,
    CLEAR_AND_RECOVER,
    INITIALISE,
    Cut,
    ask_status,
    automatic_status,
    code_128,
    cut,
    qr_code,
)
from drivers.printers.models import MODELS, ModelName
from drivers.printers.receipt import ReceiptLine
from drivers.printers.status import read_automatic, read_real_time
from drivers.printers.text import Lettering, typed
from tests.vectors_read import exchanges

EXCHANGES = {exchange["name"]: exchange for exchange in exchanges("escpos")}
ANSWERS = [exchange for exchange in EXCHANGES.values() if exchange["direction"] == "device-to-host"]
STATUS_1, STATUS_2, STATUS_3, STATUS_4 = "status-1", "status-2", "status-3", "status-4"
QUESTIONS = {STATUS_1: 1, STATUS_2: 2, STATUS_3: 3, STATUS_4: 4}


def documented(name: str) -> bytes:
    return bytes.fromhex(EXCHANGES[name]["hex"])


def answers(*messages: str) -> list[Any]:
    found = [exchange for exchange in ANSWERS if exchange["message"] in messages]
    return [pytest.param(exchange, id=f"{exchange['message']}: {exchange['name']}") for exchange in found]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("initialise", INITIALISE),
        ("recover by clearing", CLEAR_AND_RECOVER),
        ("ask status 1", ask_status(1)),
        ("ask status 4", ask_status(4)),
        ("automatic status on, all", automatic_status(AUTOMATIC_STATUS_ALL)),
        ("automatic status on, errors and paper only", automatic_status(MODELS[ModelName.HS_K33].automatic_mask)),
        ("partial cut after feed", cut(Cut.PARTIAL, 6)[3:]),
        ("full cut at once", cut(Cut.FULL_AT_ONCE, 6)[3:]),
        ("full cut, old form", cut(Cut.ONE_POINT_LEFT, 6)[3:]),
        ("Chinese mode on", CHINESE_ON),
        ("Chinese mode off", CHINESE_OFF),
        ("Code 128", code_128("BK-0012345")),
    ],
)
def test_a_command_is_the_documented_one(name: str, sent: bytes) -> None:
    assert sent == documented(name)


@pytest.mark.parametrize("name", ["QR model 2", "QR module size 6", "QR store", "QR print"])
def test_a_qr_code_is_made_of_the_documented_commands(name: str) -> None:
    assert documented(name) in qr_code("LOAN-042", module_dots=6)


def test_chinese_text_goes_between_the_commands_that_switch_to_it() -> None:
    (row,) = typed(ReceiptLine("图书馆"), Lettering.GB18030, 576) or []
    text = documented("Chinese text in GB18030")
    assert documented("Chinese mode on") + text + documented("Chinese mode off") in row


@pytest.mark.parametrize("exchange", answers(*QUESTIONS))
def test_an_answer_means_what_is_documented(exchange: dict[str, Any]) -> None:
    (value,) = bytes.fromhex(exchange["hex"])
    bits = read_real_time(QUESTIONS[exchange["message"]], value)
    heard = BackChannel().receive(bytes([value]), 0.0)
    if "not-a-status-byte" in exchange["findings"]:
        assert bits is None
        assert heard == []
        return
    assert bits is not None
    assert bits.states == exchange["fields"]
    assert bits.pairs_disagree == ("status-bits-disagree" in exchange["findings"])
    assert heard == [RealTimeAnswer(value)]


@pytest.mark.parametrize("exchange", answers("automatic-status"))
def test_an_automatic_status_means_what_is_documented(exchange: dict[str, Any]) -> None:
    data = bytes.fromhex(exchange["hex"])
    bits = read_automatic(data)
    assert bits is not None
    assert bits.states == exchange["fields"]
    assert BackChannel().receive(data, 0.0) == [AutomaticStatus(bits)]
