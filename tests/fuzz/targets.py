"""Every parser that meets bytes from outside, as a function of bytes: it may refuse in its own words and nothing else.

An exception that the parser's docstring does not name, a second of work, or a memory that grows is a finding.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, create_engine
from starlette.requests import Request

from drivers.cards.apdu import parse_answer, parse_command
from drivers.cards.atr import parse_atr
from drivers.cards.phone_code import PhoneCodes, is_phone_code
from drivers.cards.tlv import parse_objects
from drivers.codecs import barcodes
from drivers.codecs.tag_data import decode
from drivers.conversation import Conversation
from drivers.errors import BadSetting
from drivers.gates.feig.buffered import FeigBufferedGate
from drivers.gates.feig.notifying import FeigNotifyingGate
from drivers.gates.feig.settings import Acknowledge, BufferedSettings, NotifyingSettings
from drivers.gates.llrp import LlrpGate
from drivers.gates.lsp2.core import Lsp2Gate
from drivers.gates.lsp2.settings import Lsp2Settings
from drivers.llrp.settings import LlrpSettings
from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.m3_210.core import M3Pad
from drivers.pads.m3_210.settings import M3Settings
from drivers.pads.rl866.pad import Rl866Pad
from drivers.pads.rl866.settings import Rl866Settings
from drivers.printers.cups_words import read_report, read_request
from drivers.protocols import describer, known_protocols
from drivers.scanners.serial_scanner import ScannerCore, ScannerSettings
from drivers.scanners.ssi_scanner import SsiCore, SsiSettings
from drivers.scanners.wedge import WedgeCore, WedgeSettings
from kiosk.central import patron_file
from kiosk.central.acs.conversation import Conversation as AcsConversation
from kiosk.central.catalogue.reading import read_records
from kiosk.central.console.serving import TooLarge, form_of
from kiosk.central.settings import CentralSettings
from kiosk.central.store.every_table import metadata
from kiosk.demo.scenario import read_scenario
from kiosk.gate.settings import GateControllerSettings
from kiosk.settings import SettingsRefused, load
from kiosk.station.settings import KioskSettings
from kiosk.wire import (
    MessageRefused,
    Station,
    decode_ack,
    decode_answer,
    decode_ask,
    decode_facts,
    decode_health,
    decode_policy,
    decode_status,
    parse_topic,
)
from kiosk.wire.gate_told import decode_alarm
from kiosk.wire.lent_changes import decode_lent_changes
from kiosk.wire.lent_file import decode_head
from kiosk.wire.offline_copy.reading import BadCopy, CopyFile
from kiosk.wire.sip2 import Dialect, encode, parse

Target = Callable[[bytes], None]
STATION = Station("main", "kiosk-1")
PIECES_S = (0.0, 0.01, 0.3, 3.0)
"""What passes between two pieces of a wire."""
MOST_OUT = 1 << 20
SIGNED_BY = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()


def pieces(data: bytes) -> Iterator[tuple[float, bytes]]:
    """The bytes cut as a line might: each piece's first byte says how long it is, and what passes before it."""
    at = 0
    while at < len(data):
        length = data[at] >> 2 or 64
        yield PIECES_S[data[at] & 3], data[at + 1 : at + 1 + length]
        at += 1 + length


def conversation(make: Callable[[], Conversation[Any, Any]], data: bytes) -> None:
    """A driver's core hears it, and is asked for what it has to say."""
    core, now_s, said = make(), 0.0, 0
    core.port_opened(now_s)
    for wait_s, piece in pieces(data):
        now_s += wait_s
        core.tick(now_s)
        core.receive(piece, now_s)
        said += len(core.take_outgoing())
        assert said < MOST_OUT, "it never stops talking"
    core.port_lost("unplugged", now_s)


def described(protocol: str, data: bytes) -> None:
    describer(protocol)(data, None)


def tag(data: bytes) -> None:
    """As HF memory of several block sizes, and as bank 01 with bank 11."""
    for block_size in (1, 4, 8):
        decode(data, block_size=block_size)
    decode(data[16:], uii=data[:16])
    if data:
        decode(data[1:], afi=data[0], dsfid=data[-1])


def sip2(data: bytes) -> None:
    """A message is read, and what was read can be written."""
    for dialect in (Dialect(), Dialect(encoding="gb18030")):
        message = parse(data, dialect)
        if not message.findings:
            with suppress(ValueError):
                encode(message, dialect)


def sip2_server(data: bytes) -> None:
    """A self-check's line, from its first byte."""
    line = AcsConversation(Dialect(), lambda _: True, lambda request: request)
    for _, piece in pieces(data):
        with suppress(ValueError, KeyError):  # the answer here is the request itself, which no answer's layout holds
            line.receive(piece)


def mqtt(data: bytes) -> None:
    """Every kind of payload of the broker."""
    for read in (
        partial(decode_facts, STATION),
        partial(decode_ask, STATION),
        decode_answer,
        decode_ack,
        decode_status,
        decode_health,
        partial(decode_policy, "main"),
        decode_alarm,
        partial(decode_lent_changes, "main"),
        lambda payload: decode_head(payload, len(payload)),
        lambda payload: parse_topic(payload.decode(errors="replace")),
    ):
        with suppress(MessageRefused):
            read(data)


def settings(kind: type[object], data: bytes) -> None:
    with suppress(SettingsRefused):
        load(kind, _file(data))


def scenario(data: bytes) -> None:
    with suppress(SettingsRefused):
        read_scenario(_file(data))


def marc(data: bytes) -> None:
    list(read_records(data, set()))


def patrons_csv(data: bytes) -> None:
    patron_file.check(_store(), data, date(2026, 3, 2))


def copy_to_lend_by(data: bytes) -> None:
    with suppress(BadCopy):
        CopyFile.open(_file(data), SIGNED_BY, "main", "kiosk-1")


def html_form(data: bytes) -> None:
    """The first byte chooses the kind; the rest is the body, and its first line the boundary."""
    boundary, _, _ = data[1:].partition(b"\r\n")
    multipart = b"multipart/form-data; boundary=" + boundary.removeprefix(b"--")[:70]
    kind = multipart if data[:1] > b"\x7f" else b"application/x-www-form-urlencoded"
    headers = [(b"content-type", kind), (b"content-length", str(len(data) - 1).encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": data[1:], "more_body": False}

    with suppress(TooLarge):
        asyncio.run(form_of(Request(scope, receive)))


def card_bytes(data: bytes) -> None:
    for read in (parse_atr, parse_answer, parse_command, parse_objects):
        read(data)


def codes(data: bytes) -> None:
    """What a scanner hands on: barcodes and the codes that phones show."""
    text = data.decode("utf-8", "replace")
    barcodes.readings(text)
    is_phone_code(text)
    PhoneCodes({}).judge(text, 1.0)


def cups(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    read_report(text)
    read_request(text)


def staff_file(data: bytes) -> None:
    from kiosk.station.staff_cards import read_staff_cards

    with suppress(BadSetting):
        read_staff_cards(_file(data))


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="kiosk-fuzz-"))


def _file(data: bytes) -> Path:
    path = _folder() / "given.toml"
    path.write_bytes(data)
    path.chmod(0o600)
    return path


@cache
def _store() -> Connection:
    connection = create_engine("sqlite://").connect()
    metadata.create_all(connection)
    return connection


CORES: dict[str, Callable[[], Conversation[Any, Any]]] = {
    "wire-feig": lambda: FeigPad(FeigSettings()),
    "wire-m3_210": lambda: M3Pad(M3Settings()),
    "wire-rl866": lambda: Rl866Pad(Rl866Settings()),
    "wire-llrp": lambda: LlrpGate(LlrpSettings()),
    "wire-lsp2": lambda: Lsp2Gate(Lsp2Settings(first_index=0)),
    "wire-feig-gate": lambda: FeigBufferedGate(BufferedSettings()),
    "wire-feig-notifying": lambda: FeigNotifyingGate(NotifyingSettings(None, Acknowledge.AFTER_STORED)),
    "wire-scanner": lambda: ScannerCore(ScannerSettings()),
    "wire-scan_engine": lambda: SsiCore(SsiSettings()),
    "wire-evdev": lambda: WedgeCore(WedgeSettings()),
}
TARGETS: dict[str, Target] = {
    **{name: partial(conversation, make) for name, make in CORES.items()},
    **{f"words-{name}": partial(described, name) for name in known_protocols() if ":" not in name},
    "tag": tag,
    "sip2": sip2,
    "sip2-server": sip2_server,
    "mqtt": mqtt,
    "toml-kiosk": partial(settings, KioskSettings),
    "toml-central": partial(settings, CentralSettings),
    "toml-gate": partial(settings, GateControllerSettings),
    "toml-scenario": scenario,
    "marc": marc,
    "csv": patrons_csv,
    "copy": copy_to_lend_by,
    "form": html_form,
    "card": card_bytes,
    "codes": codes,
    "cups": cups,
    "staff-file": staff_file,
}
