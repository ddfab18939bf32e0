"""A desk reader of the ACR1552U class of the tests' own, with its port before it: APDUs in, answers out.

Written from the page (devices.md, 1 and 10) and ISO/IEC 15693-3; it shares no code with the driver.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from tests.pads.desk import Tag

AWAY = bytes.fromhex("6401")
OUT_OF_TURN = bytes.fromhex("C003006F009000")
DONE = bytes.fromhex("C003009000")
OK = bytes.fromhex("9000")
NOT_SUPPORTED = bytes.fromhex("6A81")
UNKNOWN_TO_TAG, NO_SUCH_BLOCK, LOCKED = 0x02, 0x10, 0x12
READ_ONE, WRITE_ONE, READ_SEVERAL, WRITE_AFI, SYSTEM = 0x20, 0x21, 0x23, 0x27, 0x2B
TIMER_1_S = bytes.fromhex("5F460440420F00")
GET_UID = bytes.fromhex("FFCA000000")
START, CHOOSE, END = (bytes.fromhex(each) for each in ("FFC2000002810000", "FFC20002048F020203", "FFC2000002820000"))


class Session(Enum):
    """How far a transparent session has got."""

    NONE = auto()
    STARTED = auto()
    ISO_15693 = auto()


class PcscReader:
    """Presents one of the tags that lie on it: the first."""

    byte_s = 0.0
    pause_s = 0.0

    def __init__(self, *tags: Tag) -> None:
        self.tags = {tag.uid: tag for tag in tags}
        self.alive = True
        self.foreign_uid: bytes | None = None
        """Of another kind of card, which is presented instead of a tag."""
        self.knows_sessions = True
        self.strict = True
        """What is asked out of turn fails the test; else it is answered as a reader would."""
        self.reads_several = True
        self.uid_backwards = True
        self.session = Session.NONE
        self.before: Callable[[bytes], None] = lambda apdu: None
        """Called with each APDU before it is done."""
        self.instead: Callable[[bytes], bytes | None] = lambda apdu: None
        """Another answer to an APDU that was done."""
        self.requests: list[bytes] = []

    def answer(self, apdu: bytes) -> bytes:
        self.requests.append(apdu)
        self.before(apdu)
        if not self.tags and self.foreign_uid is None:
            self.session = Session.NONE
            return AWAY
        done = self._done(apdu)
        return self.instead(apdu) or done

    def _done(self, apdu: bytes) -> bytes:
        if apdu == GET_UID:
            assert not self.strict or self.session is Session.NONE, "a session is ended before it is asked who is there"
            uid = self.foreign_uid or bytes.fromhex(next(iter(self.tags)))
            return (uid[::-1] if self.uid_backwards and self.foreign_uid is None else uid) + OK
        if not self.knows_sessions or self.foreign_uid is not None:
            return NOT_SUPPORTED
        if apdu == START:
            self.session = Session.STARTED
            return DONE + OK
        if apdu == END:
            self.session = Session.NONE
            return DONE + OK
        if apdu == CHOOSE:
            assert not self.strict or self.session is Session.STARTED
            if self.session is Session.NONE:
                return OUT_OF_TURN
            self.session = Session.ISO_15693
            return DONE + bytes.fromhex("8F0100") + OK
        assert apdu[:4] == bytes.fromhex("FFC20001"), f"an APDU that no driver should send: {apdu.hex()}"
        assert (apdu[4], apdu[-1]) == (len(apdu) - 6, 0)
        assert not self.strict or self.session is Session.ISO_15693, "frames go through an open session"
        return self._exchange(apdu[5:-1]) if self.session is Session.ISO_15693 else OUT_OF_TURN

    def _exchange(self, objects: bytes) -> bytes:
        timed = objects.startswith(TIMER_1_S)
        tag_object = objects[len(TIMER_1_S) if timed else 0 :]
        assert (tag_object[0], tag_object[1]) == (0x95, len(tag_object) - 2)
        frame = tag_object[2:]
        assert frame[0] == 0x22, "a kiosk addresses every frame"
        assert timed == (frame[1] in (WRITE_ONE, WRITE_AFI)), "each write has a timer of 1 s"
        tag = self.tags.get(frame[2:10][::-1].hex().upper())
        if tag is None or tag.uid != next(iter(self.tags)):
            return bytes.fromhex("C003016401") + OK
        said = self._on_tag(tag, frame[1], frame[10:])
        length = bytes((len(said),)) if len(said) < 0x80 else bytes((0x81, len(said)))
        return DONE + bytes.fromhex("92010096020000") + b"\x97" + length + said + OK

    def _on_tag(self, tag: Tag, command: int, parameters: bytes) -> bytes:
        match command:
            case 0x2B if not tag.knows_system_information:
                return bytes((1, UNKNOWN_TO_TAG))
            case 0x2B:
                uid = bytes.fromhex(tag.uid)[::-1]
                return b"\0\x0f" + uid + bytes((tag.dsfid, tag.afi, tag.blocks - 1, tag.block_size - 1, 1))
            case 0x20:
                return self._blocks(tag, parameters[0], 1)
            case 0x23 if not self.reads_several:
                return bytes((1, UNKNOWN_TO_TAG))
            case 0x23:
                return self._blocks(tag, parameters[0], parameters[1] + 1)
            case 0x27 if tag.afi_locked:
                return bytes((1, LOCKED))
            case 0x27:
                tag.writes += 1
                (tag.afi,) = parameters
                return b"\0"
            case 0x21 if parameters[0] >= tag.blocks:
                return bytes((1, NO_SUCH_BLOCK))
            case 0x21:
                assert len(parameters) == 1 + tag.block_size
                tag.writes += 1
                at = parameters[0] * tag.block_size
                tag.memory[at : at + tag.block_size] = parameters[1:]
                return b"\0"
            case _:
                raise AssertionError(f"frame {command:02X}")

    def _blocks(self, tag: Tag, first: int, count: int) -> bytes:
        if first + count > tag.blocks:
            return bytes((1, NO_SUCH_BLOCK))
        return b"\0" + bytes(tag.memory[first * tag.block_size : (first + count) * tag.block_size])

    def air_s(self, request: bytes) -> float:
        """A round trip to the service, and the air behind it."""
        return 0.002 if request[:4] != bytes.fromhex("FFC20001") else 0.01
