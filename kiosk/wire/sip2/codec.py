"""Messages and their bytes (3M SIP 2.00, message format): two characters of code, a fixed part, fields, and a trailer.

What a tolerant decoder notices are findings, in this order: checksum-mismatch, no-error-detection, sequence-missing,
sequence-malformed, unknown-code, fixed-part-short, date-malformed:NAME, delimiter-after-fixed-part,
last-delimiter-missing, field-without-code, extension-field:XX, repeated-field:XX, missing-required:XX.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from kiosk.wire.sip2.checksum import HEX, checksum, is_right
from kiosk.wire.sip2.layouts import LAYOUTS, Direction, Layout
from kiosk.wire.sip2.values import BLANK_DATE, is_date

DELIMITER = "|"
RESEND = frozenset({"96", "97"})
"""Requests to send again carry no sequence number."""
MAY_BE_BLANK = frozenset({"nb_due_date", "return_date"})
TRAILER = re.compile(r"(?:AY(?P<sequence>[^|^>]{1,8}?)|(?<=[|^>])AY(?P<none>))?AZ(?P<sum>[0-9A-Fa-f]{4})[|^>]?\Z")
BROKEN_TRAILER = re.compile(r"(?:AY(?P<sequence>[^|^>]{0,8}?)|(?<=[|^>]))AZ(?P<sum>[^|^>]{0,8})[|^>]?\Z")
BROKEN_RESEND = re.compile(r"(?<=\A9[67])AZ(?P<sum>[^|^>]{0,8})(?P<sequence>)[|^>]?\Z")
"""No delimiter that is in use stands within them; some senders put one behind."""
DIGITS = frozenset("0123456789")
CODE = re.compile(r"[A-Z][A-Z0-9]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
DAMAGE = frozenset({"checksum-mismatch", "fixed-part-short"})
FIRST_VERSION = "1.00"
FIRST_FIELDS = "A"
"""Its fields begin with this letter: BD to CQ came with 2.00."""
NEVER_A_FIELD = frozenset({"AY", "AZ"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one side writes."""

    encoding: str = "utf-8"
    delimiter: str = DELIMITER
    terminator: str = "\r"
    version: str = "2.00"
    """Whoever speaks 1.00 is sent no field that came later."""


class Message(NamedTuple):
    """One message. Texts are as they came; fields are lists because some of them repeat.

    A tuple, for one is made for every message that arrives, and a frozen dataclass takes three times as long to make.
    """

    code: str
    fixed: Mapping[str, str] = MappingProxyType({})
    fields: Mapping[str, Sequence[str]] = MappingProxyType({})
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
        return self.code in LAYOUTS and (not self.findings or DAMAGE.isdisjoint(self.findings))

    def first(self, code: str) -> str | None:
        """The first value of a field; None where it is absent."""
        found = self.fields.get(code)
        return found[0] if found else None

    def all(self, code: str) -> Sequence[str]:
        """Every value of a field."""
        return self.fields.get(code, ())


PLAIN = Dialect()
_NUMBERED = {f"AY{number}AZ": number for number in range(10)}
"""How nearly every message ends, but for the four digits of the sum."""
_NAME, _VALUE = slice(2), slice(2, None)
"""Of a field in one piece; made once."""
_made = tuple.__new__
"""Makes a message of a tuple of all its parts, in a third of the time of calling `Message`."""


def parse(data: bytes, dialect: Dialect = PLAIN, direction: Direction | None = None) -> Message:
    """The message of these bytes, which have no terminator. A code of the other direction is an unknown one."""
    text = data.decode(dialect.encoding, "replace")
    findings: list[str] = []
    end: int
    digits: str | None
    right: bool | None
    sequence = _NUMBERED.get(text[-9:-4])
    if sequence is not None:
        end, digits = -9, text[-4:]
        right = digits == checksum(data[:-4]) or is_right(data[:-4], digits)
        if not right:
            findings.append("checksum-mismatch")
    else:
        end, sequence, digits, right = _trailer(data, text, findings)
    code = text[:2]
    layout = LAYOUTS.get(code)
    if layout is None or (direction is not None and layout.direction is not direction):
        return Message(code, {}, {}, sequence, digits, right, (*findings, "unknown-code"))
    pieces = text[:end].split(dialect.delimiter)
    head, fields_at = pieces[0], layout.fields_at
    if len(head) > fields_at or (len(head) == fields_at and len(pieces) == 1):
        fixed = dict(zip(layout.names, layout.cut(head)))  # noqa: B905 - both are made of one list
        pieces[0] = head[fields_at:]
        for name in layout.dates:
            if not is_date(fixed[name]):
                findings += _bad_dates(layout, fixed)
                break
    else:
        fixed = _irregular_head(layout, pieces, findings)
    if pieces[-1]:
        findings.append("last-delimiter-missing")
    else:
        pieces.pop()
    fields = {}
    for piece in pieces:
        fields[piece[_NAME]] = [piece[_VALUE]]
    names = tuple(fields) if len(fields) == len(pieces) else tuple([piece[:2] for piece in pieces])
    shape = _SHAPES[code].get(names) or _remembered(layout, names)
    if not shape.each_once:
        fields = _fields_of(shape, pieces)
    if shape.findings:
        short = "fixed-part-short" in findings  # then nobody knows what else was cut off
        findings += shape.findings_when_short if short else shape.findings
    if not text.isprintable():
        fields = {name: [CONTROL.sub("", value) for value in values] for name, values in fields.items()}
    return _made(Message, (code, fixed, fields, sequence, digits, right, tuple(findings) if findings else ()))


def _trailer(data: bytes, text: str, findings: list[str]) -> tuple[int, int | None, str | None, bool | None]:
    """Of a message that ends in another way: where its body ends, sequence number, sum, and whether that is right."""
    if text[-6:-4] == "AZ" and "AY" not in text[-16:-6] and HEX.issuperset(text[-4:]):  # a sum, and no number
        right = is_right(data[:-4], text[-4:])
        if not right:
            findings.append("checksum-mismatch")
        if text[:2] not in RESEND:
            findings.append("sequence-missing")
        return max(2, len(text) - 6), None, text[-4:], right
    found = TRAILER.search(text, max(0, len(text) - 18)) or BROKEN_TRAILER.search(text, max(0, len(text) - 22))
    found = found or BROKEN_RESEND.search(text)
    if found is None:
        findings.append("no-error-detection")
        return len(text), None, None, None
    digits = found["sum"]
    right = is_right(data[: data.rfind(b"AZ") + 2], digits)
    if not right:
        findings.append("checksum-mismatch")
    sequence = None
    if found["sequence"] is None and text[found.start() : found.start() + 2] != "AY":
        findings += [] if text[:2] in RESEND else ["sequence-missing"]
    elif text[:2] in RESEND and not found["sequence"]:
        pass  # they carry none
    elif found["sequence"] is None:
        findings.append("sequence-malformed")
    elif len(found["sequence"]) == 1 and found["sequence"] in DIGITS:
        sequence = int(found["sequence"])
    else:
        findings.append("sequence-malformed")
    return max(2, found.start()), sequence, digits, right


def _irregular_head(layout: Layout, pieces: list[str], findings: list[str]) -> dict[str, str]:
    """The fixed part, where no field follows it at once: a delimiter behind it, or within it, which ends it too early;
    or the message is cut off. What is left of `pieces` are the fields."""
    head = pieces[0]
    pieces[0:1] = () if len(pieces) > 1 else ("",)
    if len(head) == layout.fields_at:
        fixed = dict(zip(layout.names, layout.cut(head), strict=True))
        findings += [*_bad_dates(layout, fixed), "delimiter-after-fixed-part"]
        return fixed
    fixed = {name: head[start:stop] for name, start, stop in layout.slices if stop <= len(head)}
    findings += ["fixed-part-short", *_bad_dates(layout, fixed)]
    return fixed


def _bad_dates(layout: Layout, fixed: Mapping[str, str]) -> list[str]:
    """Findings about dates; a blank one is none where the guide has blank ones."""
    return [
        f"date-malformed:{name}"
        for name in layout.dates
        if name in fixed and not is_date(fixed[name]) and (fixed[name] != BLANK_DATE or name not in MAY_BE_BLANK)
    ]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the names of a message's fields, in their order, tell without their values."""

    findings: tuple[str, ...]
    findings_when_short: tuple[str, ...]
    """Without those about absent fields."""
    codes: frozenset[str]
    """Names that are those of a field."""
    each_once: bool
    """Every piece is a field, and none comes twice."""


def _shape(layout: Layout, names: tuple[str, ...]) -> _Shape:
    """Pieces that are no field have a name that is none."""
    coded = [name for name in names if name in layout.known or CODE.fullmatch(name)]
    strange = [name for name in dict.fromkeys(coded) if name not in layout.known]
    repeated = [name for name, times in Counter(coded).items() if times > 1 and name in layout.once]
    findings = ["field-without-code"] if set(names) - set(coded) - {""} else []
    findings += [f"extension-field:{name}" for name in strange]
    findings += [f"repeated-field:{name}" for name in repeated]
    missing = [f"missing-required:{name}" for name in layout.required if name not in coded]
    codes = frozenset(coded)
    return _Shape((*findings, *missing), tuple(findings), codes, len(codes) == len(names))


_SHAPES: dict[str, dict[tuple[str, ...], _Shape]] = {code: {} for code in LAYOUTS}
"""By code and names of fields: a system writes the fields of one message in one order, so what its names tell is worked
out once."""
MOST_SHAPES = 1_024
MOST_REMEMBERED = 32
"""Fields. Longer lists are of one patron and do not come again."""


def _remembered(layout: Layout, names: tuple[str, ...]) -> _Shape:
    shape, shapes = _shape(layout, names), _SHAPES[layout.code]
    if len(names) <= MOST_REMEMBERED:
        if len(shapes) >= MOST_SHAPES:
            shapes.clear()
        shapes[names] = shape
    return shape


def _fields_of(shape: _Shape, pieces: list[str]) -> dict[str, list[str]]:
    """Fields of which some come more than once, or are none."""
    fields: dict[str, list[str]] = {}
    for piece in pieces:
        if (name := piece[_NAME]) in shape.codes:
            fields.setdefault(name, []).append(piece[_VALUE])
    return fields


def encode(message: Message, dialect: Dialect = PLAIN, *, detect: bool = True) -> bytes:
    """The bytes of a message with its terminator: required fields always, even empty, in the standard's order, then
    the others. With `detect`, the trailer with the message's sequence number and the checksum.

    Raises `ValueError` for a code that is none, for a fixed part that is absent or of another width, for a sequence
    number that is none, and for fields that are none or that come too often.
    """
    layout = LAYOUTS.get(message.code)
    if layout is None:
        raise ValueError(f"expected a code of SIP2, found {message.code!r}")
    if message.sequence is not None and not 0 <= message.sequence <= 9:
        raise ValueError(f"expected a sequence number of 0 to 9, found {message.sequence}")
    parts = [message.code]
    for name, width in layout.fixed:
        text = _plain(message.fixed.get(name, ""), dialect.delimiter)
        if len(text) != width:
            raise ValueError(f"expected {width} characters for {name} of message {message.code}, found {text!r}")
        parts.append(text)
    parts += [
        f"{name}{_plain(value, dialect.delimiter)}{dialect.delimiter}"
        for name, value in _ordered(layout, message)
        if dialect.version != FIRST_VERSION or name.startswith(FIRST_FIELDS)
    ]
    text = "".join(parts)
    if not detect:
        return (text + dialect.terminator).encode(dialect.encoding, "replace")
    trailer = "AZ" if message.sequence is None else f"AY{message.sequence}AZ"
    data = (text + trailer).encode(dialect.encoding, "replace")
    return data + checksum(data).encode("ascii") + dialect.terminator.encode("ascii")


def _ordered(layout: Layout, message: Message) -> Iterator[tuple[str, str]]:
    for name, values in message.fields.items():
        if CODE.fullmatch(name) is None or name in NEVER_A_FIELD:
            raise ValueError(f"expected a field of two characters such as AA, found {name!r}")
        if len(values) > 1 and name in layout.known and name not in layout.repeatable:
            raise ValueError(f"expected {name} of message {layout.code} once, found it {len(values)} times")
    for name in layout.required:
        for value in message.fields.get(name) or ("",):
            yield name, value
    for name in (*layout.optional, *(name for name in message.fields if name not in layout.known)):
        for value in message.fields.get(name, ()):
            yield name, value


def _plain(value: str, delimiter: str) -> str:
    """Text that a field can carry: nothing can be escaped."""
    return CONTROL.sub(" ", value).replace(delimiter, " ")
