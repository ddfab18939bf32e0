"""Puts the questions to a port, one line setting after the other, until somebody answers twice alike."""

from __future__ import annotations

import select
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from drivers.discovery.questions import QUESTIONS, Question, named, understood
from drivers.errors import PortGone
from drivers.ports.port import Port
from drivers.ports.serial import LineSettings, SerialPort
from drivers.ports.tcp import TcpPort

ANSWER_S = 0.35
"""A reader that is well answers such a question in a few ms; a USB adapter may hold bytes back for 16."""
SPEAKS_FIRST_S = 2.0
QUIET_S = 0.02
"""Silence behind an answer before the next question (FEIG: 5 ms at least; H20800-16e-ID-B, 3.1)."""
LONGEST_ANSWER = 4_096


class Found(StrEnum):
    """What became of asking at one port."""

    ANSWERED = "answered"
    SILENT = "silent"
    """Nobody said anything: off, not plugged in, a device that only speaks by itself, or one that is not known here."""
    NOT_UNDERSTOOD = "not-understood"
    """Bytes came that answer no question, at any speed tried."""
    NOT_OPENED = "not-opened"


@dataclass(frozen=True, slots=True)
class Answerer:
    """What was found at one port."""

    address: str
    """As in `port = "…"`."""
    found: Found
    detail: str
    question: Question | None = None
    line: LineSettings | None = None
    """How the serial line must be set; None on a socket."""
    model: str = ""


def ask_serial(path: str, questions: Iterable[Question] = QUESTIONS) -> Answerer:
    """Who sits at a serial line. Opens it for itself: a device that a kiosk uses right now is left alone."""
    heard_any = b""
    for question, line in _attempts(questions):
        port = SerialPort(path, line)
        try:
            port.open()
            heard, model = _converse(port, question, ANSWER_S)
        except PortGone as gone:
            return Answerer(path, Found.NOT_OPENED, str(gone))
        finally:
            port.close()
        if model is not None:
            return Answerer(path, Found.ANSWERED, f"answers {question.protocol}", question, line, model)
        heard_any = heard_any or heard
    return _nobody(path, heard_any)


def ask_tcp(host: str, port: int, questions: Iterable[Question] = QUESTIONS) -> Answerer:
    """Who listens there. Questions whose usual port this is are put first."""
    address = f"tcp://{host}:{port}"
    asked = sorted((each for each in questions if each.tcp_ports), key=lambda each: port not in each.tcp_ports)
    heard_any = b""
    for question in asked:
        connection = TcpPort(host, port)
        try:
            connection.open()
            heard, model = _converse(connection, question, ANSWER_S if question.asks else SPEAKS_FIRST_S)
        except PortGone as gone:
            if not heard_any and question is asked[0]:
                return Answerer(address, Found.NOT_OPENED, str(gone))
            continue
        finally:
            connection.close()
        if model is not None:
            return Answerer(address, Found.ANSWERED, f"answers {question.protocol}", question, None, model)
        heard_any = heard_any or heard
    return _nobody(address, heard_any)


def _attempts(questions: Iterable[Question]) -> Iterator[tuple[Question, LineSettings]]:
    """Every question at its usual speed first, then at the others."""
    asked = [question for question in questions if question.lines]
    for place in range(max((len(question.lines) for question in asked), default=0)):
        for question in asked:
            if place < len(question.lines):
                yield question, question.lines[place]


def _converse(port: Port, question: Question, patience_s: float) -> tuple[bytes, str | None]:
    """What was heard, and the model where it is the device asked for (empty where it does not name itself)."""
    heard = _said(port, question.asks, patience_s)
    if understood(question, heard) is None:
        return heard, None
    if question.asks and understood(question, _said(port, question.asks, patience_s)) is None:
        return heard, None
    return heard, named(question, _said(port, question.name, patience_s)) if question.name else ""


def _said(port: Port, asks: bytes, patience_s: float) -> bytes:
    """Ask, and listen until it is quiet behind the answer, or nothing came."""
    while asks:
        asks = asks[port.write(asks) :]
    heard = bytearray()
    deadline_s = time.monotonic() + patience_s
    while (left_s := deadline_s - time.monotonic()) > 0 and len(heard) < LONGEST_ANSWER:
        ready, _, _ = select.select([port.fileno()], [], [], QUIET_S if heard else left_s)
        if ready:
            heard += port.read()
        elif heard:
            break
    return bytes(heard)


def _nobody(address: str, heard: bytes) -> Answerer:
    if not heard:
        return Answerer(address, Found.SILENT, "nobody answers any question, at any speed tried")
    shown = heard[:8].hex(" ").upper()
    return Answerer(
        address,
        Found.NOT_UNDERSTOOD,
        f"bytes come ({shown} …) that are no known answer: wrong baud rate or other device",
    )
