"""A stream of ESC/POS commands taken apart, for `kiosk wire decode`.

Source: Epson ESC/POS command reference. Commands that this product does not send are skipped by their length where the
reference fixes it, and named `unknown-command`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.described import Described, FieldValue

TRUNCATED, LENGTH_INVALID, UNKNOWN = "frame-truncated", "length-invalid", "unknown-command"
_DLE, _ESC, _FS, _GS = 0x10, 0x1B, 0x1C, 0x1D
_INTRODUCERS = (_DLE, _ESC, _FS, _GS)
_RASTER_HEAD = 8
_QR_HEAD = 5
_QR_SYMBOL = (0x6B, 0x31)
_RASTER_FORM = 0x30
_QR_LEVELS = {0x30: "L", 0x31: "M", 0x32: "Q", 0x33: "H"}
_CUT_AT_ONCE = {0x00: "full", 0x30: "full", 0x01: "partial", 0x31: "partial"}
_CUT_AFTER_FEED = {0x41: "full", 0x42: "partial"}
_COUNTED_BARCODES = 0x41
_BARCODES = ("upca", "upce", "ean13", "ean8", "code39", "itf", "codabar", "code93", "code128")


class _Cut(Exception):
    """The stream ends in the middle of a command."""


@dataclass(slots=True)
class _Stream:
    """The bytes from one command on."""

    data: bytes
    at: int = 0

    def take(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises `_Cut` when there are fewer."""
        if self.at + size > len(self.data):
            raise _Cut
        taken = self.data[self.at : self.at + size]
        self.at += size
        return taken

    def take_at_most(self, size: int) -> bytes:
        """As many of `size` bytes as there are."""
        return self.take(min(size, len(self.data) - self.at))

    def one(self) -> int:
        """One byte."""
        return self.take(1)[0]


def describe_commands(data: bytes) -> list[Described]:
    """Each command of a stream; text between commands is one `text`. Empty input is `incomplete`."""
    described: list[Described] = []
    stream = _Stream(data)
    while stream.at < len(data):
        begins = stream.at
        try:
            described.append(_text(stream) if data[begins] not in _INTRODUCERS else _command(stream))
        except _Cut:
            described.append(Described("incomplete", {}, [TRUNCATED]))
            break
    return described or [Described("incomplete", {}, [TRUNCATED])]


def _text(stream: _Stream) -> Described:
    ends = next((at for at in range(stream.at, len(stream.data)) if stream.data[at] in _INTRODUCERS), len(stream.data))
    data = stream.take(ends - stream.at)
    fields: dict[str, FieldValue] = {"data": _hex(data)}
    try:
        fields["gb18030"] = data.decode("gb18030")
    except UnicodeDecodeError:
        return Described("text", fields, ["bytes-not-text"])
    return Described("text", fields)


def _command(stream: _Stream) -> Described:
    head = stream.take(2)
    read = _READERS.get(head)
    if read is not None:
        return read(stream)
    parameters = stream.take(_SKIPPED.get(head, 0))
    return _unknown(head + parameters)


def _raster(stream: _Stream) -> Described:
    form, mode, *size = stream.take(_RASTER_HEAD - 2)
    if form != _RASTER_FORM:
        return _unknown(bytes((_GS, 0x76, form, mode, *size)))
    width_bytes, height = size[0] | size[1] << 8, size[2] | size[3] << 8
    data = stream.take_at_most(width_bytes * height)
    findings = [] if len(data) == width_bytes * height else [TRUNCATED]
    return Described(
        "raster", {"mode": mode, "width_bytes": width_bytes, "height": height, "data": _hex(data)}, findings
    )


def _cut(stream: _Stream) -> Described:
    how = stream.one()
    if how in _CUT_AT_ONCE:
        return Described("cut", {"mode": _CUT_AT_ONCE[how]})
    if how in _CUT_AFTER_FEED:
        return Described("cut", {"mode": _CUT_AFTER_FEED[how], "feed": stream.one()})
    return _unknown(bytes((_GS, 0x56, how)))


def _two_dimensional(stream: _Stream) -> Described:
    """GS ( k: a counted function of a two-dimensional code; 0x31 is QR."""
    family, low, high = stream.take(_QR_HEAD - 2)
    announced = low | high << 8
    body = stream.take_at_most(announced)
    findings = [] if len(body) == announced else [TRUNCATED]
    if len(body) < 2:
        return Described("incomplete", {}, findings or [LENGTH_INVALID])
    symbol, function, content = body[0], body[1], body[2:]
    read = _QR_FUNCTIONS.get(function) if (family, symbol) == _QR_SYMBOL else None
    if read is None:
        return _unknown(bytes((_GS, 0x28, family, low, high)) + body, *findings)
    message, size, fields_of = read
    if size is not None and len(content) != size:
        return Described(message, {}, findings or [LENGTH_INVALID])
    return Described(message, fields_of(content), findings)


def _qr_text(content: bytes) -> dict[str, FieldValue]:
    """The first byte is the m of the reference; the rest is the code's text, UTF-8 where it is."""
    return {"data": content[1:].decode("utf-8", errors="replace")}


_Fields = Callable[[bytes], dict[str, FieldValue]]
_QR_FUNCTIONS: dict[int, tuple[str, int | None, _Fields]] = {
    0x41: ("qr-model", 2, lambda content: {"model": content[0] - 0x30}),
    0x43: ("qr-size", 1, lambda content: {"size": content[0]}),
    0x45: ("qr-level", 1, lambda content: {"level": _QR_LEVELS.get(content[0], f"{content[0]:02X}")}),
    0x50: ("qr-store", None, _qr_text),
    0x51: ("qr-print", 1, lambda _: {}),
}


def _barcode(stream: _Stream) -> Described:
    """GS k: counted data from system 0x41 on, data up to a zero byte below."""
    system = stream.one()
    if system >= _COUNTED_BARCODES:
        announced = stream.one()
        data = stream.take_at_most(announced)
        whole, number = len(data) == announced, system - _COUNTED_BARCODES
    else:
        end = stream.data.find(0, stream.at)
        whole, number = end >= 0, system
        data = stream.take((end if whole else len(stream.data)) - stream.at)
        stream.take_at_most(1)
    name = _BARCODES[number] if number < len(_BARCODES) else f"{system:02X}"
    fields: dict[str, FieldValue] = {"system": name, "data": data.decode("latin-1")}
    return Described("barcode", fields, [] if whole else [TRUNCATED])


def _unknown(data: bytes, *findings: str) -> Described:
    return Described(UNKNOWN, {"data": _hex(data)}, [UNKNOWN, *findings])


def _number(message: str, name: str) -> Callable[[_Stream], Described]:
    return lambda stream: Described(message, {name: stream.one()})


def _fixed(message: str, **fields: FieldValue) -> Callable[[_Stream], Described]:
    return lambda stream: Described(message, dict(fields))


def _hex(data: bytes) -> str:
    return data.hex().upper()


_READERS: dict[bytes, Callable[[_Stream], Described]] = {
    b"\x1b@": _fixed("initialise"),
    b"\x1bi": _fixed("cut", mode="partial"),
    b"\x1bm": _fixed("cut", mode="partial"),
    b"\x1c&": _fixed("chinese-mode", on=True),
    b"\x1c.": _fixed("chinese-mode", on=False),
    b"\x1dv": _raster,
    b"\x1dV": _cut,
    b"\x1d(": _two_dimensional,
    b"\x1dk": _barcode,
    b"\x10\x04": _number("status-request", "n"),
    b"\x10\x05": _number("recover", "n"),
    b"\x1da": _number("automatic-status-request", "mask"),
    b"\x1dI": _number("identify-request", "n"),
    b"\x1ba": _number("align", "n"),
    b"\x1d!": _number("size", "n"),
    b"\x1bE": _number("bold", "n"),
    b"\x1b9": _number("chinese-code-system", "n"),
    b"\x1bd": _number("feed", "lines"),
}
_SKIPPED: dict[bytes, int] = {
    **dict.fromkeys((b"\x1b!", b"\x1b-", b"\x1b3", b"\x1bJ", b"\x1bR", b"\x1bt", b"\x1bM", b"\x1bG", b"\x1b{"), 1),
    **dict.fromkeys((b"\x1b ", b"\x1bV", b"\x1b%", b"\x1b=", b"\x1c!", b"\x1c-", b"\x1dH", b"\x1dh", b"\x1dw"), 1),
    **dict.fromkeys((b"\x1df", b"\x1dB", b"\x1dr", b"\x1db"), 1),
    **dict.fromkeys((b"\x1b$", b"\x1b\\", b"\x1dL", b"\x1dW", b"\x1dP", b"\x1cS"), 2),
    b"\x1bp": 3,
    b"\x10\x14": 3,
}
