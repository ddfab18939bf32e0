"""Inventory in pieces, and tags that are connected and left out of it.

Source: github Hypernova-Oy/lainuri, `lainuri/RL866/iblock.py`. What it does not say is in
docs/adr/0129-what-simulated-readers-do-beyond-manuals.md.
"""

from __future__ import annotations

from firmware_sim.devices import air
from firmware_sim.devices.radio import Left, NoAnswer, Radio
from firmware_sim.devices.rl866_access import TagAccess, operations_of
from firmware_sim.devices.rl866_status import Answer, Command, Exchange, Refused, Status
from firmware_sim.room.tag import MAKER_NXP, UID_LENGTH, Listening, Tag

CONTINUE = 0x08
"""Inventory flag: more of the last one. The other flags announce parameters that are not simulated."""
NORMAL, MORE_TO_FETCH = 0, 1
RECORD_FLAGS = 0x0E
"""Protocol, tag type and serial number follow."""
DEFAULT_PROTOCOL, ISO_15693 = 0, 1
TAG_TYPES = {MAKER_NXP: 1, 0x07: 2, 0x02: 3, 0x08: 4}
"""ICODE SLI, TI, ST and Fujitsu, by the maker's code; 0 for any other."""
UNKNOWN_TYPE = 0
SERIAL_LENGTH = UID_LENGTH + 1
"""The UID, low byte first, and a zero: as captured."""
CONNECT_HEAD = 5
"""Antenna, protocol, tag type, length of what follows, mode."""
ADDRESSED, SELECTED = 1, 2
ALL_HANDLES = 0
MOST_HANDLES = 8
PROCESSING_S = 0.001


class TagCommands:
    """The commands that go to tags."""

    def __init__(self, radio: Radio, records_an_answer: int) -> None:
        self._radio = radio
        self._access = TagAccess(radio)
        self._records_an_answer = records_an_answer
        self._untold: list[bytes] = []
        self._total = 0
        self._connected: dict[int, bytes] = {}

    def forget_inventory(self) -> None:
        """Nothing is left to be told. Tags stay connected."""
        self._untold = []

    def exchange(self, command: Command, data: bytes) -> Exchange:
        """Carry out a command; `data` follows it in the request."""
        try:
            match command:
                case Command.INVENTORY:
                    return (yield from self._inventory(data))
                case Command.CONNECT:
                    return (yield from self._connect(data))
                case Command.DISCONNECT:
                    yield PROCESSING_S
                    return self._disconnect(data)
                case _:
                    return (yield from self._access.exchange(self._uid_of(data), operations_of(data[1:])))
        except Refused as refused:
            return Answer(refused.status)

    def _inventory(self, data: bytes) -> Exchange:
        if len(data) != 1:
            raise Refused(Status.LENGTH)
        if data[0] & ~CONTINUE:
            raise Refused(Status.NOT_SUPPORTED)
        if data[0] & CONTINUE:
            yield PROCESSING_S
        else:
            found = yield from self._radio.found()
            records = (_record(tag) for tag in found if tag.uid not in self._connected.values())
            # Clones answer in one slot with the same words: the reader hears one tag.
            self._untold = list(dict.fromkeys(records))
            self._total = len(self._untold)
        told, self._untold = self._untold[: self._records_an_answer], self._untold[self._records_an_answer :]
        stop = MORE_TO_FETCH if self._untold else NORMAL
        total = self._total if told else 0
        return Answer(Status.OK, bytes((stop,)) + total.to_bytes(2, "little") + bytes((len(told),)) + b"".join(told))

    def _connect(self, data: bytes) -> Exchange:
        if len(data) < CONNECT_HEAD or data[3] != len(data) - CONNECT_HEAD + 1:
            raise Refused(Status.LENGTH)
        _, protocol, _, _, mode = data[:CONNECT_HEAD]
        uid = data[CONNECT_HEAD:][::-1]
        if protocol not in (DEFAULT_PROTOCOL, ISO_15693):
            raise Refused(Status.AIR_PROTOCOL)
        if mode not in (ADDRESSED, SELECTED):
            raise Refused(Status.ADDRESS_MODE)
        if len(uid) != UID_LENGTH:
            raise Refused(Status.LENGTH)
        if mode == SELECTED:
            yield from self._select(uid)
        else:
            yield PROCESSING_S
        handle = next((free for free in range(1, MOST_HANDLES + 1) if free not in self._connected), None)
        if handle is None:
            raise Refused(Status.MEMORY)
        self._connected[handle] = uid
        return Answer(Status.OK, bytes((handle,)))

    def _select(self, uid: bytes) -> Exchange:
        def select(tag: Tag) -> bytes:
            tag.listening = Listening.SELECTED
            return b""

        try:
            yield from self._radio.asked(uid, air.short_exchange_s(), select)
        except Left:
            raise Refused(Status.NO_ANSWER) from None
        except NoAnswer:
            raise Refused(Status.NO_TAG) from None
        return Answer(Status.OK)

    def _disconnect(self, data: bytes) -> Answer:
        if len(data) != 1:
            raise Refused(Status.LENGTH)
        if data[0] == ALL_HANDLES:
            self._connected.clear()
        elif self._connected.pop(data[0], None) is None:
            raise Refused(Status.HANDLE)
        return Answer(Status.OK)

    def _uid_of(self, data: bytes) -> bytes:
        """The tag that a handle stands for; 0, which would be a tag that is not connected, is not simulated."""
        if not data:
            raise Refused(Status.LENGTH)
        if data[0] not in self._connected:
            raise Refused(Status.HANDLE)
        return self._connected[data[0]]


def _record(tag: Tag) -> bytes:
    kind = TAG_TYPES.get(tag.maker, UNKNOWN_TYPE)
    return bytes((RECORD_FLAGS, ISO_15693, kind, SERIAL_LENGTH)) + tag.uid[::-1] + b"\0"
