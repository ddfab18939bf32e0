"""Names of LLRP messages and sizes of its parameters.

Source: EPCglobal LLRP 1.1, chapters 16 and 17; the same numbers in `llrpkit` 0.3.0 `protocol/`.
"""

from __future__ import annotations

from itertools import chain

_REQUESTS = {
    1: "get-reader-capabilities",
    2: "get-reader-config",
    3: "set-reader-config",
    20: "add-rospec",
    21: "delete-rospec",
    22: "start-rospec",
    23: "stop-rospec",
    24: "enable-rospec",
    25: "disable-rospec",
    26: "get-rospecs",
    40: "add-accessspec",
    41: "delete-accessspec",
    42: "enable-accessspec",
    43: "disable-accessspec",
    44: "get-accessspecs",
    45: "client-request-op",
    46: "get-supported-version",
    47: "set-protocol-version",
}
_RESPONSE_OFFSET = 10
MESSAGE_NAMES: dict[int, str] = {
    **_REQUESTS,
    **{kind + _RESPONSE_OFFSET: f"{name}-response" for kind, name in _REQUESTS.items()},
    4: "close-connection-response",
    14: "close-connection",
    60: "get-report",
    61: "ro-access-report",
    62: "keepalive",
    63: "reader-event-notification",
    64: "enable-events-and-reports",
    72: "keepalive-ack",
    100: "error-message",
    1023: "custom-message",
}
TV_SIZES: dict[int, int] = {
    **dict.fromkeys((1, 7, 8, 10, 11, 12, 14, 17), 2),
    **dict.fromkeys((2, 3, 4, 5), 8),
    **dict.fromkeys((9, 16, 18), 4),
    6: 1,
    13: 12,
}
"""Bytes behind the type byte. Its order: antenna, times, RSSI, channel, count, ids, CRC, PC, EPC-96, index, …"""
KNOWN_TLV = frozenset(
    chain(
        (128, 129, 137, 1023),
        range(139, 150),
        range(177, 189),
        range(207, 210),
        range(217, 227),
        range(237, 258),
        range(287, 290),
        range(327, 355),
    )
)
