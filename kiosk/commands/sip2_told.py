"""A message of SIP2 as the commands tell it; the keys are those of `tests/vectors/sip2.toml`."""

from __future__ import annotations

from kiosk.wire.sip2 import Message


def told(message: Message) -> dict[str, object]:
    """`message` is the standard's name of it, None for an unknown one."""
    layout = None if "unknown-code" in message.findings else message.layout
    return {
        "code": message.code,
        "message": None if layout is None else layout.name,
        "sequence": message.sequence,
        "checksum": message.checksum,
        "checksum_ok": message.checksum_ok,
        "fixed": dict(message.fixed),
        "fields": {name: list(values) for name, values in message.fields.items()},
        "findings": list(message.findings),
    }
