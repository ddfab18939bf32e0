"""Messages and their bytes (3M SIP 2.00, message format): two characters of code, a fixed part, fields, and a trailer.

What a tolerant decoder notices are findings, in this order: checksum-mismatch, no-error-detection, sequence-missing,
sequence-malformed, unknown-code, fixed-part-short, date-malformed:NAME, delimiter-after-fixed-part,
last-delimiter-missing, field-without-code, extension-field:XX, repeated-field:XX, missing-required:XX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kiosk.wire.sip2.checksum import checksum, is_right
from kiosk.wire.sip2.layouts import LAYOUTS, Direction, Layout
from kiosk.wire.sip2.values import BLANK_DATE, is_date

DELIMITER = "|"
RESEND = frozenset({"96", "97"})
"""Requests to send again carry no sequence number."""
MAY_BE_BLANK = frozenset({"nb_due_date", "return_date"})
TRAILER = re.compile(r"(?:AY(?P<sequence>[^|^>]{0,8}?))?AZ(?P<sum>[0-9A-Fa-f]{4})\Z")
BROKEN_TRAILER = re.compile(r"AY(?P<sequence>[^|^>]{0,8}?)AZ(?P<sum>[^|^>]{0,8})\Z")
"""No delimiter that is in use stands within them."""
CODE = re.compile(r"[A-Z][A-Z0-9]")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one side writes."""

    encoding: str = "utf-8"
    delimiter: str = DELIMITER
    terminator: str = "\r"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Texts are as they came; fields are lists because some of them repeat."""

    code: str
    fixed: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sequence: int | None = None
    checksum: str | None = None
    checksum_ok: bool | None = None
    """None where the message has no checksum."""
    findings: tuple[str, ...] = ()

    @property
    def layout(self) -> Layout | None:
        """What stands in a message of this code; None for a code that nobody knows."""
        return LAYOUTS.get(self.code)

    @property
    def is_whole(self) -> bool:
        """Whether it can be acted on: a known code, and no part of it damaged or cut off."""
        return self.layout is not None and not ({"checksum-mismatch", "fixed-part-short"} & set(self.findings))

    def first(self, code: str) -> str | None:
        """The first value of a field; None where it is absent."""
        found = self.fields.get(code)
        return found[0] if found else None

    def all(self, code: str) -> Sequence[str]:
        """Every value of a field."""
        return self.fields.get(code, ())


PLAIN = Dialect()


def parse(data: bytes, dialect: Dialect = PLAIN, direction: Direction | None = None) -> Message:
    """The message of these bytes, which have no terminator. A code of the other direction is an unknown one."""
    text = data.decode(dialect.encoding, "replace")
    found = TRAILER.search(text, max(0, len(text) - 16)) or BROKEN_TRAILER.search(text, max(0, len(text) - 20))
    code = text[:2]
    findings: list[str] = []
    sequence: int | None = None
    digits = right = None
    body = text[2:]
    if found is None:
        findings.append("no-error-detection")
    else:
        body = text[2 : found.start()] if found.start() >= 2 else ""
        digits = found["sum"]
        right = is_right(data[: data.rfind(b"AZ") + 2], digits) and len(digits) == 4
        if not right:
            findings.append("checksum-mismatch")
        if found["sequence"] is None:
            findings += [] if code in RESEND else ["sequence-missing"]
        elif len(found["sequence"]) == 1 and found["sequence"] in "0123456789":
            sequence = int(found["sequence"])
        else:
            findings.append("sequence-malformed")
    layout = LAYOUTS.get(code)
    if layout is None or (direction is not None and layout.direction is not direction):
        return Message(code, {}, {}, sequence, digits, right, (*findings, "unknown-code"))
    fixed, rest = _fixed(layout, body, dialect.delimiter, findings)
    fields = _fields(layout, rest, dialect.delimiter, findings)
    if "fixed-part-short" not in findings:
        findings += [f"missing-required:{name}" for name in layout.required if name not in fields]
    return Message(code, fixed, fields, sequence, digits, right, tuple(findings))


def _fixed(layout: Layout, body: str, delimiter: str, findings: list[str]) -> tuple[dict[str, str], str]:
    """The fixed part, and what follows it. A delimiter within the fixed part ends it too early."""
    width = layout.fixed_width
    end = body.find(delimiter, 0, width)
    short = end >= 0 or len(body) < width
    usable = body[: end if end >= 0 else width]
    fixed = {name: usable[start:stop] for name, start, stop in layout.slices if stop <= len(usable)}
    if short:
        findings.append("fixed-part-short")
    findings += [f"date-malformed:{name}" for name, text in fixed.items() if not _is_good(name, text)]
    if short:
        return fixed, body[end + 1 :] if end >= 0 else ""
    if body.startswith(delimiter, width):
        findings.append("delimiter-after-fixed-part")
        width += 1
    return fixed, body[width:]


def _is_good(name: str, text: str) -> bool:
    if not name.endswith("_date") and name != "date_time_sync":
        return True
    return is_date(text) or (text == BLANK_DATE and name in MAY_BE_BLANK)


def _fields(layout: Layout, rest: str, delimiter: str, findings: list[str]) -> dict[str, list[str]]:
    pieces = rest.split(delimiter)
    if pieces[-1]:
        findings.append("last-delimiter-missing")
    fields: dict[str, list[str]] = {}
    nameless = False
    for piece in pieces:
        if not piece:
            continue
        if CODE.match(piece) is None:
            nameless = True
            continue
        value = piece[2:]
        fields.setdefault(piece[:2], []).append(value if value.isprintable() else CONTROL.sub("", value))
    if nameless:
        findings.append("field-without-code")
    findings += [f"extension-field:{name}" for name in fields if name not in layout.known]
    findings += [
        f"repeated-field:{name}"
        for name, values in fields.items()
        if len(values) > 1 and name in layout.known and name not in layout.repeatable
    ]
    return fields


def encode(message: Message, dialect: Dialect = PLAIN, *, detect: bool = True) -> bytes:
    """The bytes of a message with its terminator: required fields always, even empty, in the standard's order, then
    the others. With `detect`, the trailer with the message's sequence number and the checksum.

    Raises `ValueError` for a code that is none, and for a fixed part that is absent or of another width.
    """
    layout = LAYOUTS.get(message.code)
    if layout is None:
        raise ValueError(f"expected a code of SIP2, found {message.code!r}")
    parts = [message.code]
    for name, width in layout.fixed:
        text = _plain(message.fixed.get(name, ""), dialect.delimiter)
        if len(text) != width:
            raise ValueError(f"expected {width} characters for {name} of message {message.code}, found {text!r}")
        parts.append(text)
    parts += [
        f"{name}{_plain(value, dialect.delimiter)}{dialect.delimiter}" for name, value in _ordered(layout, message)
    ]
    text = "".join(parts)
    if not detect:
        return (text + dialect.terminator).encode(dialect.encoding, "replace")
    trailer = "AZ" if message.sequence is None else f"AY{message.sequence}AZ"
    data = (text + trailer).encode(dialect.encoding, "replace")
    return data + checksum(data).encode("ascii") + dialect.terminator.encode("ascii")


def _ordered(layout: Layout, message: Message) -> Iterator[tuple[str, str]]:
    for name in layout.required:
        for value in message.fields.get(name) or ("",):
            yield name, value
    for name in (*layout.optional, *(name for name in message.fields if name not in layout.known)):
        for value in message.fields.get(name, ()):
            yield name, value


def _plain(value: str, delimiter: str) -> str:
    """Text that a field can carry: nothing can be escaped."""
    return CONTROL.sub(" ", value).replace(delimiter, " ")
