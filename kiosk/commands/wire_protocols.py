"""Every protocol that `kiosk wire` puts in words: those of devices, and SIP2, which library systems speak."""

from __future__ import annotations

from drivers.described import Described, Direction, FieldValue
from drivers.protocols import PROTOCOLS, Describe, UnknownProtocol
from drivers.protocols import describer as device_describer
from kiosk.commands.sip2_told import told
from kiosk.wire import sip2

SIP2 = "sip2"
_SENDERS = {Direction.HOST_TO_DEVICE: sip2.Direction.REQUEST, Direction.DEVICE_TO_HOST: sip2.Direction.RESPONSE}
"""The self-check asks, as a host does; the library system answers."""


def known_protocols() -> tuple[str, ...]:
    """Names in the alphabet's order."""
    return tuple(sorted((*PROTOCOLS, SIP2)))


def describer(name: str) -> Describe:
    """The function that puts bytes of a protocol in words. Raises `UnknownProtocol`."""
    if name == SIP2:
        return described
    if name not in PROTOCOLS:
        raise UnknownProtocol(name, known_protocols())
    return device_describer(name)


def described(data: bytes, direction: Direction | None) -> list[Described]:
    """Messages of SIP2 in the standard's own dialect (UTF-8, `|`), the last one also without its end."""
    framer = sip2.Framer()
    whole = framer.feed(data)
    rest = framer.rest()
    sender = None if direction is None else _SENDERS[direction]
    found = [_in_words(sip2.parse(raw, direction=sender)) for raw in (*whole, *([rest] if rest else []))]
    if framer.dropped or not found:
        found.append(Described("nothing", findings=["too-long" if framer.dropped else "no-message"]))
    return found


def _in_words(message: sip2.Message) -> Described:
    said = told(message)
    fields: dict[str, FieldValue] = {"code": message.code}
    for name in ("sequence", "checksum", "checksum_ok"):
        if isinstance(value := said[name], str | int):
            fields[name] = value
    fields["fixed"] = dict(message.fixed)
    fields["fields"] = {name: list(values) for name, values in message.fields.items()}
    return Described(str(said["message"] or "unknown message"), fields, list(message.findings))
