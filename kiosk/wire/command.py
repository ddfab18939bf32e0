"""Signed commands on `down/command`. Names no patron. Pure: who asks brings the time and the key.

The signature (Ed25519, RFC 8032) is over the exact bytes of `data`, so `data` travels as text beside its `signature`.
Source: `docs/messages.md`, section 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.wire.envelope import SCHEMA, SPEC_VERSION, json_text, parse, payload_of, unknown
from kiosk.wire.fields import Fields, Json, MessageRefused, SetAside, as_fields, instant_text
from kiosk.wire.signing import is_signed_text, signature_text
from kiosk.wire.topics import Station

TYPE = "lk.command"
LONGEST_LIFE = timedelta(minutes=10)
LONGEST_DATA = 48 * 1024
SIGNATURE_CHARACTERS = 88


class CommandKind(StrEnum):
    """What a station may be told to do."""

    RESTART = "restart"
    CLOSE = "close"
    """For service: patrons are sent to the desk."""
    OPEN = "open"
    MESSAGE = "message"
    """On the attract screen; an empty text takes it away."""
    TEST_PRINT = "test-print"
    RESCAN = "rescan"
    LOG = "log"
    PICTURE = "picture"
    """The masked live picture, for so many seconds."""
    CONFIGURE = "configure"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Command:
    """What the fleet orders of one station."""

    id: str
    station: Station
    kind: CommandKind
    issued: datetime
    expires: datetime
    """At most `LONGEST_LIFE` after `issued`; both aware."""
    nonce: str
    key_id: str
    """Which of the fleet's keys signed it: the first characters of the public key (`key_id_of`)."""
    arguments: Mapping[str, Json] = field(default_factory=dict)

    def fields(self) -> Fields:
        """The arguments, to be read like any message."""
        return Fields(self.arguments, "data.arguments")


@dataclass(frozen=True, slots=True)
class SignedCommand:
    """A command as it came, not believed yet."""

    command: Command
    data: str
    signature: str

    def is_from(self, key: Ed25519PublicKey) -> bool:
        """Whether the owner of `key` ordered exactly this."""
        return is_signed_text(key, self.signature, self.data)


def key_id_of(key: Ed25519PublicKey) -> str:
    """The name of a key in commands: 16 hexadecimal digits of it."""
    return key.public_bytes_raw()[:8].hex()


def encode_command(command: Command, key: Ed25519PrivateKey) -> bytes:
    """The signed message."""
    data = json_text(
        {
            "id": command.id,
            "station": command.station.source,
            "kind": command.kind,
            "arguments": command.arguments,
            "issued": instant_text(command.issued),
            "expires": instant_text(command.expires),
            "nonce": command.nonce,
            "key": command.key_id,
        }
    )
    return payload_of(
        {
            "specversion": SPEC_VERSION,
            "id": command.id,
            "source": "lk/fleet",
            "type": TYPE,
            "time": instant_text(command.issued),
            "dataschema": SCHEMA,
            "data": data,
            "signature": signature_text(key, data),
        }
    )


def decode_command(payload: bytes) -> SignedCommand | SetAside:
    """What was said and by which signature; nothing is checked of who said it. Raises `MessageRefused`."""
    message = as_fields(parse(payload), "message")
    strange = unknown(message, frozenset({TYPE}))
    if strange is not None:
        return strange
    data = message.text("data", longest=LONGEST_DATA)
    fields = as_fields(parse(data.encode()), "data")
    command = Command(
        id=fields.text("id", longest=64),
        station=_station(fields),
        kind=fields.word("kind", CommandKind),
        issued=fields.instant("issued"),
        expires=fields.instant("expires"),
        nonce=fields.text("nonce", longest=64),
        key_id=fields.text("key", longest=64),
        arguments=fields.inner("arguments").members,
    )
    return SignedCommand(command, data, message.text("signature", longest=SIGNATURE_CHARACTERS))


def _station(fields: Fields) -> Station:
    words = fields.text("station").split("/")
    if len(words) == 3 and words[0] == "lk":
        try:
            return Station(words[1], words[2])
        except ValueError:
            pass
    raise MessageRefused("data.station", "lk/SITE/STATION", f"{len(words)} words")
