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
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from kiosk.wire.sip2.checksum import checksum, is_right
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
NEVER_A_FIELD = frozenset({"AY", "AZ"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one side writes."""

    encoding: str = "utf-8"
    delimiter: str = DELIMITER
    terminator: str = "\r"


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


def parse(data: bytes, dialect: Dialect = PLAIN, direction: Direction | None = None) -> Message:
    """The message of these bytes, which have no terminator. A code of the other direction is an unknown one."""
    text = data.decode(dialect.encoding, "replace")
    findings: list[str] = []
    sequence: int | None
    digits: str | None
    right: bool | None
    if text[-9:-7] == "AY" and text[-6:-4] == "AZ" and text[-7] in DIGITS:  # as nearly every message ends
        end, sequence, digits = -9, int(text[-7]), text[-4:]
        right = is_right(data[:-4], digits)
        if not right:
            findings.append("checksum-mismatch")
    else:
        end, sequence, digits, right = _trailer(data, text, findings)
    code = text[:2]
    layout = LAYOUTS.get(code)
    if layout is None or (direction is not None and layout.direction is not direction):
        return Message(code, {}, {}, sequence, digits, right, (*findings, "unknown-code"))
    fixed, rest = _fixed(layout, text[2:end], dialect.delimiter, findings)
    fields = _fields(layout, rest, dialect.delimiter, findings)
    return Message(code, fixed, fields, sequence, digits, right, tuple(findings))


def _trailer(data: bytes, text: str, findings: list[str]) -> tuple[int, int | None, str | None, bool | None]:
    """Of a message that ends in another way: where its body ends, sequence number, sum, and whether that is right."""
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


def _fixed(layout: Layout, body: str, delimiter: str, findings: list[str]) -> tuple[dict[str, str], str]:
    """The fixed part, and what follows it. A delimiter within the fixed part ends it too early."""
    width = layout.fixed_width
    end = body.find(delimiter, 0, width)
    if end >= 0 or len(body) < width:
        usable = body[: end if end >= 0 else width]
        fixed = {name: usable[start:stop] for name, start, stop in layout.slices if stop <= len(usable)}
        findings.append("fixed-part-short")
        findings += _bad_dates(layout, fixed)
        return fixed, body[end + 1 :] if end >= 0 else ""
    fixed = layout.cut(body)
    for at, stop in layout.dates_at:
        if not is_date(body[at:stop]):
            findings += _bad_dates(layout, fixed)
            break
    rest = body[width:]
    if rest[:1] == delimiter:
        findings.append("delimiter-after-fixed-part")
        rest = rest[1:]
    return fixed, rest


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
    findings += [f"missing-required:{name}" for name in layout.required if name not in coded]
    codes = frozenset(coded)
    return _Shape(tuple(findings), codes, len(codes) == len(names))


_known_shape = lru_cache(maxsize=4_096)(_shape)
"""A system writes the fields of one message in one order: what its names tell is worked out once."""
MOST_REMEMBERED = 32
"""Fields. Longer lists are of one patron and do not come again."""


def _fields(layout: Layout, rest: str, delimiter: str, findings: list[str]) -> dict[str, list[str]]:
    pieces = rest.split(delimiter)
    if pieces[-1]:
        findings.append("last-delimiter-missing")
    else:
        pieces.pop()
    fields = {piece[:2]: [piece[2:]] for piece in pieces}
    names = tuple(fields) if len(fields) == len(pieces) else tuple([piece[:2] for piece in pieces])
    shape = (_known_shape if len(names) <= MOST_REMEMBERED else _shape)(layout, names)
    if shape.findings:
        short = "fixed-part-short" in findings  # then nobody knows what else was cut off
        findings += [one for one in shape.findings if not (short and one.startswith("missing-required"))]
    if not shape.each_once:
        fields = {}
        for piece in pieces:
            if (name := piece[:2]) in shape.codes:
                fields.setdefault(name, []).append(piece[2:])
    if not rest.isprintable():
        return {name: [CONTROL.sub("", value) for value in values] for name, values in fields.items()}
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
        f"{name}{_plain(value, dialect.delimiter)}{dialect.delimiter}" for name, value in _ordered(layout, message)
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
