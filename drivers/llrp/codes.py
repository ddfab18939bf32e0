"""Numbers of LLRP: messages, parameters, states and results.

Source: EPCglobal LLRP 1.1, chapters 16 and 17; the same in `llrpkit` 0.3.0 `protocol/enums.py` and `params.py`.
"""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType


class MessageKind(IntEnum):
    """Messages that are sent, or whose content is read. An answer is its request + 10."""

    GET_READER_CAPABILITIES = 1
    GET_READER_CONFIG = 2
    SET_READER_CONFIG = 3
    ADD_ROSPEC = 20
    DELETE_ROSPEC = 21
    START_ROSPEC = 22
    STOP_ROSPEC = 23
    ENABLE_ROSPEC = 24
    DISABLE_ROSPEC = 25
    ADD_ACCESSSPEC = 40
    DELETE_ACCESSSPEC = 41
    ENABLE_ACCESSSPEC = 42
    DISABLE_ACCESSSPEC = 43
    RO_ACCESS_REPORT = 61
    KEEPALIVE = 62
    READER_EVENT_NOTIFICATION = 63
    ENABLE_EVENTS_AND_REPORTS = 64
    KEEPALIVE_ACK = 72
    ERROR_MESSAGE = 100


ANSWER_OFFSET = 10
"""Between the type of a request and that of its answer."""


class TvParameter(IntEnum):
    """Parameters of fixed length, without a length field."""

    ANTENNA_ID = 1
    FIRST_SEEN_UTC = 2
    LAST_SEEN_UTC = 4
    PEAK_RSSI = 6
    SEEN_COUNT = 8
    PC_BITS = 12
    EPC_96 = 13


class TlvParameter(IntEnum):
    """Parameters that tell their length."""

    UTC_TIMESTAMP = 128
    GENERAL_DEVICE_CAPABILITIES = 137
    ROSPEC = 177
    BOUNDARY_SPEC = 178
    START_TRIGGER = 179
    STOP_TRIGGER = 182
    AISPEC = 183
    AISPEC_STOP_TRIGGER = 184
    INVENTORY_PARAMETER_SPEC = 186
    ACCESS_SPEC = 207
    ACCESS_SPEC_STOP_TRIGGER = 208
    ACCESS_COMMAND = 209
    KEEPALIVE_SPEC = 220
    ANTENNA_PROPERTIES = 221
    ANTENNA_CONFIGURATION = 222
    RO_REPORT_SPEC = 237
    TAG_REPORT_CONTENT_SELECTOR = 238
    ACCESS_REPORT_SPEC = 239
    TAG_REPORT_DATA = 240
    EPC_DATA = 241
    EVENT_NOTIFICATION_SPEC = 244
    EVENT_NOTIFICATION_STATE = 245
    EVENT_NOTIFICATION_DATA = 246
    ROSPEC_EVENT = 249
    BUFFER_OVERFLOW_EVENT = 251
    READER_EXCEPTION_EVENT = 252
    ANTENNA_EVENT = 255
    CONNECTION_ATTEMPT_EVENT = 256
    LLRP_STATUS = 287
    C1G2_INVENTORY_COMMAND = 330
    C1G2_SINGULATION_CONTROL = 336
    C1G2_TAG_SPEC = 338
    C1G2_TARGET_TAG = 339
    C1G2_READ = 341
    C1G2_WRITE = 342
    C1G2_EPC_MEMORY_SELECTOR = 348
    C1G2_READ_RESULT = 349
    C1G2_WRITE_RESULT = 350


class Bank(IntEnum):
    """Memory banks of a tag (ISO/IEC 18000-63)."""

    UII = 1
    USER = 3


class EventType(IntEnum):
    """Events that a reader is asked to tell (EventNotificationState)."""

    ROSPEC = 2
    BUFFER_FILL_WARNING = 3
    READER_EXCEPTION = 4
    ANTENNA = 8


class Connection(IntEnum):
    """ConnectionAttemptEvent."""

    SUCCESS = 0
    READER_OPENED_ONE = 1
    CLIENT_HAS_ONE = 2
    OTHER_REASON = 3
    ANOTHER_TRIED = 4


class WriteResult(IntEnum):
    """C1G2WriteOpSpecResult; only those that mean that the tag refuses for good."""

    SUCCESS = 0
    MEMORY_OVERRUN = 1
    LOCKED = 2


SUCCESS = 0
STATUS_NAMES = MappingProxyType(
    {
        100: "parameter error",
        101: "field error",
        102: "unexpected parameter",
        103: "missing parameter",
        104: "duplicate parameter",
        105: "too many parameters",
        106: "field too large",
        107: "unknown parameter",
        108: "unknown field",
        109: "unsupported message",
        110: "unsupported version",
        111: "unsupported parameter",
        200: "error in a parameter: parameter",
        201: "error in a parameter: field",
        202: "error in a parameter: unexpected parameter",
        203: "error in a parameter: missing parameter",
        204: "error in a parameter: duplicate parameter",
        205: "error in a parameter: too many parameters",
        206: "error in a parameter: field too large",
        207: "error in a parameter: unknown parameter",
        208: "error in a parameter: unknown field",
        209: "error in a parameter: unsupported parameter",
        300: "invalid",
        301: "out of range",
        401: "device error",
    }
)
"""LLRPStatus."""

MAKERS = MappingProxyType({25_882: "Impinj"})
"""IANA's private enterprise numbers, as far as a public source of ours names them (`llrpkit` 0.3.0 `constants.py`)."""


def status_name(code: int) -> str:
    """A status in words for a technician."""
    return f"{STATUS_NAMES.get(code, 'unknown status')} ({code})"
