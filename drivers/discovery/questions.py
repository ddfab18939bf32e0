"""Questions that can be put to an unknown device without harm, and how its answer tells who it is.

None of them changes anything in any device whose protocol is known here: to each of the others they are noise that is
too short, has a wrong start byte or a wrong check value. A scanner has no question: it answers by reading a code.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.described import Described, Direction
from drivers.ports.serial import LineSettings, Parity
from drivers.protocols import describer


@dataclass(frozen=True, slots=True)
class Question:
    """Bytes to say to one kind of device."""

    driver: str
    """The word in `driver = "…"` of the device that answers."""
    kind: str
    """The table of the settings: `pad`, `gate`, `printer`."""
    protocol: str
    """As `kiosk wire decode` names it."""
    asks: bytes
    """Empty for a device that speaks first."""
    answer: str
    """The message that only such a device sends."""
    source: str
    name: bytes = b""
    """A second question, for the model; empty where there is none."""
    lines: tuple[LineSettings, ...] = ()
    """How its serial line may be set, the usual first."""
    tcp_ports: tuple[int, ...] = ()


def _lines(parity: Parity, *speeds_baud: int) -> tuple[LineSettings, ...]:
    return tuple(LineSettings(speed, parity) for speed in speeds_baud)


QUESTIONS = (
    Question(
        "escpos",
        "printer",
        "escpos:1",
        bytes.fromhex("100401"),
        "status-1",
        "Epson ESC/POS command reference, DLE EOT n",
        lines=_lines(Parity.NONE, 38_400, 9_600, 19_200, 115_200),
        tcp_ports=(9_100,),
    ),
    Question(
        "feig",
        "pad",
        "feig",
        bytes.fromhex("06FF52000F6E"),
        "baud-rate-detection",
        "FEIG H20800-16e-ID-B, 6.1",
        name=bytes.fromhex("05FF65E5CB"),
        lines=_lines(Parity.EVEN, 38_400, 9_600, 19_200, 115_200),
        tcp_ports=(10_001,),
    ),
    Question(
        "rl866",
        "pad",
        "rl866",
        bytes.fromhex("FA05FFC04239"),
        "resync",
        "github Hypernova-Oy/lainuri, RL866",
        lines=_lines(Parity.EVEN, 38_400),
    ),
    Question(
        "m3_210",
        "pad",
        "m3_210",
        bytes.fromhex("D60003116420"),
        "reader-version",
        "3M RFID Reader Model 210 Protocol Specification 1.0.0",
        name=bytes.fromhex("D60003116420"),
        lines=_lines(Parity.NONE, 19_200),
    ),
    Question(
        "m3_210",
        "pad",
        "m3_210",
        bytes.fromhex("D500050400118C66"),
        "probe",
        "github dpavlin/Biblio-RFID, 3M810.pm: an 810 sleeps until it hears this",
        lines=_lines(Parity.NONE, 19_200),
    ),
    Question(
        "lsp2",
        "gate",
        "lsp2",
        bytes.fromhex("1E0A00"),
        "get-time",
        "github GallusMax/libdanrfid, LSP2.java",
        tcp_ports=(4_001,),
    ),
    Question(
        "llrp",
        "gate",
        "llrp",
        b"",
        "reader-event-notification",
        "EPCglobal LLRP 1.1: a reader speaks first",
        tcp_ports=(5_084,),
    ),
)


def understood(question: Question, heard: bytes) -> Described | None:
    """What the device answered, where it is the answer to this question and nothing of what came is wrong."""
    described = describer(question.protocol)(heard, Direction.DEVICE_TO_HOST) if heard else []
    if any(each.findings for each in described):
        return None
    return next((each for each in described if each.message == question.answer), None)


def named(question: Question, heard: bytes) -> str:
    """Model and firmware in the words of the answer to the second question; empty where it tells none."""
    for described in describer(question.protocol)(heard, Direction.DEVICE_TO_HOST) if heard else []:
        if not described.findings:
            return ", ".join(f"{field} {value}" for field, value in described.fields.items() if field != "status")
    return ""
