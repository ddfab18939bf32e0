"""Every message that the makers' pages name, beyond the captures: requests, answers, statuses, odd lengths."""

from __future__ import annotations

import pytest
from fastcrc import crc16

from drivers.described import Described, Direction, FieldValue
from drivers.protocols import describer

TO_DEVICE, FROM_DEVICE = Direction.HOST_TO_DEVICE, Direction.DEVICE_TO_HOST
UID = "E004010012345678"


def m3(content: str, start: int = 0xD6) -> bytes:
    """A frame of 3M 210, specification chapter 4: length and CRC over length, command and data."""
    data = bytes.fromhex(content)
    counted = (len(data) + 2).to_bytes(2) + data
    return bytes([start]) + counted + crc16.genibus(counted).to_bytes(2)


def rl866(address: int, control: int, content: str) -> bytes:
    """A frame of the RL866 class: SOF, LEN, RID, PCB, INF, CRC low byte first."""
    data = bytes([address, control]) + bytes.fromhex(content)
    counted = bytes([len(data) + 3]) + data
    return b"\xfa" + counted + crc16.mcrf4xx(counted).to_bytes(2, "little")


def llrp(kind: int, body: str = "") -> bytes:
    """An LLRP message with id 7, version 1 (LLRP 1.1, 16.1)."""
    content = bytes.fromhex(body)
    return (0x0400 | kind).to_bytes(2) + (10 + len(content)).to_bytes(4) + (7).to_bytes(4) + content


def ssi(body: str) -> bytes:
    """An SSI packet: LEN counts itself, the checksum is the two's complement of the sum."""
    data = bytes.fromhex(body)
    counted = bytes([len(data) + 1]) + data
    return counted + (-sum(counted) & 0xFFFF).to_bytes(2)


def told(protocol: str, data: bytes, direction: Direction | None) -> Described:
    (only,) = describer(protocol)(data, direction)
    return only


M3_REQUESTS: list[tuple[str, str, dict[str, FieldValue]]] = [
    (f"01 {UID}", "quiet", {"uid": UID}),
    (f"02 {UID} 0003 04", "read-multiblock", {"uid": UID, "first_block": 0, "blocks": 3, "options": 4}),
    (f"03 {UID}", "check-eas", {"uid": UID}),
    (f"05 {UID} 07 01020304", "write-block", {"uid": UID, "block": 7, "data": "01020304"}),
    (f"07 {UID} 07 01020304", "write-and-lock-block", {"uid": UID, "block": 7, "data": "01020304"}),
    (f"08 {UID} 09", "lock-block", {"uid": UID, "block": 9}),
    (f"06 {UID}", "lock-afi", {"uid": UID}),
    (f"0B {UID} 06", "write-dsfid", {"uid": UID, "dsfid": 6}),
    (f"0C {UID} 01", "eas-control", {"uid": UID, "eas": 1}),
    (f"0E {UID}", "lock-dsfid", {"uid": UID}),
    (f"0F {UID}", "get-dsfid", {"uid": UID}),
    (f"0D {UID} 0F", "tag-info", {"uid": UID, "wanted": 15}),
    ("FE 07 21", "read-block-uid", {"afi": 7, "options": 0x21}),
]


@pytest.mark.parametrize(("content", "message", "fields"), M3_REQUESTS)
def test_requests_to_a_3m_210(content: str, message: str, fields: dict[str, FieldValue]) -> None:
    assert told("m3_210", m3(content), TO_DEVICE) == Described(message, fields, [])


M3_ANSWERS: list[tuple[str, str, dict[str, FieldValue], list[str]]] = [
    (f"01 00 {UID}", "quiet", {"error": 0, "uid": UID}, []),
    (f"05 16 {UID}", "write-block", {"error": 0x16, "uid": UID}, []),
    (f"07 12 {UID}", "write-and-lock-block", {"error": 0x12, "uid": UID}, []),
    (f"08 11 {UID}", "lock-block", {"error": 0x11, "uid": UID}, []),
    (f"04 16 {UID} 03", "write-multiblock", {"error": 0x16, "uid": UID, "block": 3}, []),
    (f"0C 30 {UID}", "eas-control", {"error": 0x30, "uid": UID}, []),
    (f"0F 00 {UID} 3E", "get-dsfid", {"error": 0, "uid": UID, "dsfid": 0x3E}, []),
    (f"0B 00 {UID}", "write-dsfid", {"error": 0, "uid": UID}, []),
    ("03 06", "check-eas", {"error": 6}, []),
    (f"03 00 {UID} 01", "check-eas", {"error": 0, "uid": UID, "eas": 1}, []),
    (
        f"0D 00 {UID} 0F 06 C2 03 1B 01",
        "tag-info",
        {"error": 0, "uid": UID, "got": 15, "dsfid": 6, "afi": 0xC2, "block_size": 4, "blocks": 28, "ic_ref": 1},
        [],
    ),
    (
        f"0D 00 {UID} 04 03 1B",
        "tag-info",
        {"error": 0, "uid": UID, "got": 4, "block_size": 4, "blocks": 28},
        [],
    ),
    (f"0D 00 {UID} 09 06 01", "tag-info", {"error": 0, "uid": UID, "got": 9, "dsfid": 6, "ic_ref": 1}, []),
    ("FE 00 00 05 00", "read-block-uid", {"error": 0, "afi": 0, "options": 5, "tags": []}, []),
    ("FE FD", "read-block-uid", {"error": 0xFD}, []),
    ("FE 07", "read-block-uid", {"error": 7}, ["unknown-error"]),
    (
        f"FE 00 00 05 02 {UID}",
        "read-block-uid",
        {"error": 0, "afi": 0, "options": 5, "tags": [UID]},
        ["length-invalid"],
    ),
    (
        f"02 00 {UID} 01 00 02 11223344",
        "read-multiblock",
        {"error": 0, "uid": UID, "blocks": [{"number": 0, "lock": 2, "data": "11223344"}]},
        [],
    ),
    (
        f"02 00 {UID} 04 02 00 11223344 15 00000000",
        "read-multiblock",
        {
            "error": 0,
            "uid": UID,
            "blocks": [
                {"number": 4, "lock": 0, "data": "11223344"},
                {"number": 5, "lock": 0x15, "data": "00000000"},
            ],
        },
        ["block-error:5"],
    ),
    ("77 02", "unknown-77", {"error": 2}, ["unknown-command"]),
]


@pytest.mark.parametrize(("content", "message", "fields", "findings"), M3_ANSWERS)
def test_answers_of_a_3m_210(content: str, message: str, fields: dict[str, FieldValue], findings: list[str]) -> None:
    assert told("m3_210", m3(content), FROM_DEVICE) == Described(message, fields, findings)


@pytest.mark.parametrize("error", [0x00, 0x02, 0x06, 0x0F, 0x11, 0x12, 0x15, 0x16, 0x21, 0x22, 0x23, 0x30, 0x31, 0x32])
def test_errors_that_the_3m_specification_lists_are_known(error: int) -> None:
    """3M 210 specification, appendix A."""
    assert told("m3_210", m3(f"09 {error:02X} {UID}"), FROM_DEVICE).findings == []


RL866_FRAMES: list[tuple[bytes, Direction, str, dict[str, FieldValue], list[str]]] = [
    (
        rl866(0xFF, 0x00, "31 08"),
        TO_DEVICE,
        "inventory",
        {"address": 255, "sequence": 0, "flags": 8},
        [],
    ),
    (
        rl866(0xFF, 0x40, "32 00 01 01 01 00"),
        TO_DEVICE,
        "connect",
        {"address": 255, "sequence": 1, "antenna": 0, "protocol": 1, "tag_type": 1, "mode": 0},
        [],
    ),
    (
        rl866(0xFF, 0x00, "33 00"),
        TO_DEVICE,
        "disconnect",
        {"address": 255, "sequence": 0, "handle": 0},
        [],
    ),
    (
        rl866(0xFF, 0x00, "34 02 07 0300 01 0000 0200 02 0C00"),
        TO_DEVICE,
        "tag-access",
        {
            "address": 255,
            "sequence": 0,
            "handle": 2,
            "operations": [{"code": 3, "data": "0100000200"}, {"code": 12, "data": ""}],
        },
        [],
    ),
    (
        rl866(0x01, 0x40, "34 0000 03 0600 01 05 0A00 00 2004"),
        FROM_DEVICE,
        "tag-access",
        {
            "address": 1,
            "sequence": 1,
            "status": 0,
            "results": [{"code": 6, "ok": True, "data": ""}, {"code": 10, "ok": False, "data": "2004"}],
        },
        ["access-failed"],
    ),
    (
        rl866(0x01, 0x00, "31 0000 01 0300 01 0F 01 01 07 09 78563412000104E000"),
        FROM_DEVICE,
        "inventory",
        {
            "address": 1,
            "sequence": 0,
            "status": 0,
            "stop": 1,
            "total": 3,
            "tags": [{"antenna": 1, "protocol": 1, "tag_type": 7, "uid": UID}],
        },
        [],
    ),
    (
        rl866(0x01, 0x00, "31 0000 00 0200 02 0E 01 01 09 78563412000104E000 0E 01"),
        FROM_DEVICE,
        "inventory",
        {
            "address": 1,
            "sequence": 0,
            "status": 0,
            "stop": 0,
            "total": 2,
            "tags": [{"protocol": 1, "tag_type": 1, "uid": UID}],
        },
        ["record-truncated"],
    ),
    (
        rl866(0x01, 0x40, "32 1504"),
        FROM_DEVICE,
        "connect",
        {"address": 1, "sequence": 1, "status": 0x415},
        ["status-error"],
    ),
    (rl866(0x01, 0x00, "33 00"), FROM_DEVICE, "disconnect", {"address": 1, "sequence": 0}, ["length-invalid"]),
    (
        rl866(0x01, 0x00, "77 0000 AB"),
        FROM_DEVICE,
        "unknown-77",
        {"address": 1, "sequence": 0, "status": 0, "data": "AB"},
        ["unknown-command"],
    ),
]


@pytest.mark.parametrize(("data", "direction", "message", "fields", "findings"), RL866_FRAMES)
def test_frames_of_the_rl866_class(
    data: bytes, direction: Direction, message: str, fields: dict[str, FieldValue], findings: list[str]
) -> None:
    assert told("rl866", data, direction) == Described(message, fields, findings)
    assert told("rl866", data, None) == told("rl866", data, direction)


STATUS_OK = "011F 0008 0000 0000"
LLRP_MESSAGES: list[tuple[bytes, str, dict[str, FieldValue], list[str]]] = [
    (llrp(23, "00000005"), "stop-rospec", {"rospec_id": 5}, []),
    (llrp(25, "00000005"), "disable-rospec", {"rospec_id": 5}, []),
    (llrp(21, "000005"), "delete-rospec", {}, ["length-invalid"]),
    (llrp(33, STATUS_OK), "stop-rospec-response", {"status": 0}, []),
    (llrp(11, STATUS_OK), "get-reader-capabilities-response", {"status": 0}, []),
    (llrp(13, STATUS_OK), "set-reader-config-response", {"status": 0}, []),
    (llrp(4, STATUS_OK), "close-connection-response", {"status": 0}, []),
    (llrp(13), "set-reader-config-response", {}, ["missing-parameter"]),
    (llrp(32, "011F 0008 012D 0000"), "start-rospec-response", {"status": 301}, ["status-error"]),
    (
        llrp(32, "011F 0009 0064 0004 62"),
        "start-rospec-response",
        {"status": 100, "description": "b"},
        ["length-invalid", "status-error"],
    ),
    (llrp(64), "enable-events-and-reports", {}, []),
    (llrp(60), "get-report", {}, []),
    (llrp(61), "ro-access-report", {"tags": []}, []),
    (
        llrp(61, "00F0 0014 8D 000102030405060708090A0B 81 0002 00F0 0007 81 0009"),
        "ro-access-report",
        {"tags": [{"epc": "000102030405060708090A0B", "antenna": 2}, {"antenna": 9}]},
        [],
    ),
    (
        llrp(61, "00F0 0017 84 0004EC2EA8354C09 86 80 87 0003 89 00000001"),
        "ro-access-report",
        {"tags": [{"last_seen": 0x0004EC2EA8354C09, "rssi": -128}]},
        [],
    ),
    (
        llrp(61, "00F0 000E 81 0001 FF 0102030405 86"),
        "ro-access-report",
        {"tags": [{"antenna": 1}]},
        ["unknown-parameter"],
    ),
    (
        llrp(61, "00F0 000F 0300 0006 ABCD 81 0001 86 CE"),
        "ro-access-report",
        {"tags": [{"antenna": 1, "rssi": -50}]},
        ["unknown-parameter"],
    ),
    (llrp(61, "00F0 000A 00F1 0006 0010"), "ro-access-report", {"tags": [{"epc": ""}]}, ["length-invalid"]),
    (llrp(63), "reader-event-notification", {}, ["missing-parameter"]),
    (
        llrp(63, "00F6 0010 0080 000C 0005AF3107A40000"),
        "reader-event-notification",
        {"timestamp": 1_600_000_000_000_000},
        [],
    ),
    (llrp(999, "AB"), "unknown-999", {"data": "AB"}, ["unknown-message"]),
]


@pytest.mark.parametrize(("data", "message", "fields", "findings"), LLRP_MESSAGES)
def test_llrp_messages(data: bytes, message: str, fields: dict[str, FieldValue], findings: list[str]) -> None:
    described = told("llrp", data, None)
    assert (described.message, described.fields) == (message, {"id": 7} | fields)
    assert sorted(described.findings) == sorted(findings)


def test_a_rospec_tells_all_its_antennas() -> None:
    one_spec = "00B7 000C 0003 0001 0002 0100"
    described = told("llrp", llrp(20, f"00B1 0016 00000009 02 01 {one_spec}"), TO_DEVICE)
    assert described.findings == []
    assert described.fields == {"id": 7, "rospec_id": 9, "priority": 2, "state": 1, "antennas": [1, 2, 256]}


@pytest.mark.parametrize("outcome", [1, 2, 3, 4])
def test_every_refusal_of_a_connection_is_told(outcome: int) -> None:
    """LLRP 1.1, 17.2.7.6.10 ConnectionAttemptEvent."""
    described = told("llrp", llrp(63, f"00F6 000A 0100 0006 {outcome:04X}"), FROM_DEVICE)
    assert described == Described("reader-event-notification", {"id": 7, "connection": outcome}, ["connection-refused"])


@pytest.mark.parametrize(
    ("body", "described"),
    [
        ("E4 04 00", Described("ssi-command", {"opcode": "E4", "source": 4, "status": 0, "data": ""})),
        ("D0 00 00", Described("ssi-ack", {"source": 0, "status": 0})),
        ("D1 04 01 02", Described("ssi-nak", {"source": 4, "status": 1, "cause": 2})),
        ("F3 00 02 0B 3132", Described("ssi-decode-data", {"source": 0, "status": 2, "code_type": 11, "text": "12"})),
        ("F3 00 01 0B E8AFBB", Described("ssi-decode-data", {"source": 0, "status": 1, "code_type": 11, "text": "读"})),
        (
            "F3 00 00 0B 31FF",
            Described("ssi-decode-data", {"source": 0, "status": 0, "code_type": 11, "text": "1"}, ["bytes-not-text"]),
        ),
    ],
)
def test_ssi_packets(body: str, described: Described) -> None:
    assert told("scan_engine", ssi(body), None) == described


@pytest.mark.parametrize(
    ("code", "described"),
    [
        (b"]A0X\r", Described("scan", {"code": "X", "symbology": "code-39"})),
        (
            b"]C1" + b"0100\x1d21\r",
            Described("scan", {"code": "010021", "symbology": "gs1-128"}, ["control-bytes-removed"]),
        ),
        (b"]E496385074\n", Described("scan", {"code": "96385074", "symbology": "ean-8"})),
        (b"]F0b12-3c\r\n", Described("scan", {"code": "12-3", "symbology": "codabar"})),
        (b"]I112\r", Described("scan", {"code": "12", "symbology": "interleaved-2-of-5"})),
        (b"]d1x\r", Described("scan", {"code": "x", "symbology": "data-matrix"})),
        (b"]d2x\r", Described("scan", {"code": "x", "symbology": "gs1-data-matrix"})),
        (b"]z0x\r", Described("scan", {"code": "x", "symbology": "aztec"})),
        (b"]A0\r", Described("scan", {"code": "", "symbology": "code-39"}, ["empty-code"])),
        (b"]\r", Described("scan", {"code": "]"})),
        (b"A" * 4096 + b"\r", Described("scan", {"code": "A" * 4096})),
        (b"A" * 4097 + b"\r", Described("scan", {}, ["length-invalid"])),
    ],
)
def test_scans(code: bytes, described: Described) -> None:
    """ISO/IEC 15424 for the identifiers; a code has at most 4,096 bytes."""
    assert told("scanner", code, None) == described


@pytest.mark.parametrize(
    ("apdu", "message", "fields", "findings"),
    [
        ("FFCA000004", "get-uid", {"le": 4}, []),
        ("FF82200006A0A1A2A3A4A5", "load-key", {"structure": 32, "slot": 0, "key": "A0A1A2A3A4A5"}, []),
        ("FF860000050100076101", "authenticate", {"block": 7, "key_type": "B", "slot": 1}, []),
        ("FF8800076101", "authenticate-old", {"block": 7, "key_type": "B", "slot": 1}, []),
        ("FFB0010204", "read-binary", {"address": 0x102, "le": 4}, []),
        ("FFC2000106950402200501", "transparent-exchange", {"frame": "02200501"}, []),
        ("FFC20002048F02020300", "switch-protocol", {"protocol": 2, "layer": 3, "le": 0}, []),
        ("00A4040002A001", "apdu", {"cla": 0, "ins": 0xA4, "p1": 4, "p2": 0, "data": "A001"}, []),
        ("FFD600040401020304FFFF", "update-binary", {"address": 4, "data": "01020304", "le": 255}, ["length-invalid"]),
        ("FFCA00", "incomplete", {}, ["frame-truncated"]),
    ],
)
def test_commands_to_a_card_reader(apdu: str, message: str, fields: dict[str, FieldValue], findings: list[str]) -> None:
    assert told("pcsc", bytes.fromhex(apdu), TO_DEVICE) == Described(message, fields, findings)


@pytest.mark.parametrize("word", ["6300", "6401", "6581", "6700", "6982", "6A81", "6A82", "6C10", "6D00"])
def test_status_words_of_a_card_reader(word: str) -> None:
    assert told("pcsc", bytes.fromhex(word), None) == Described("response", {"data": "", "sw": word}, ["sw-error"])


def test_a_transparent_session_that_failed_says_so_although_the_outer_word_is_good() -> None:
    described = told("pcsc", bytes.fromhex("C003026982 9701AA 9000"), FROM_DEVICE)
    assert described == Described(
        "session-response",
        {"sw": "9000", "error": "026982", "objects": [{"tag": "97", "value": "AA"}]},
        ["session-error"],
    )


def test_a_long_object_of_a_session_has_its_length_in_two_bytes() -> None:
    value = "00" + "11" * 199
    described = told("pcsc", bytes.fromhex(f"C003009000 9781C8{value} 9000"), FROM_DEVICE)
    assert described.fields["objects"] == [{"tag": "97", "value": value}]


@pytest.mark.parametrize(
    ("data", "described"),
    [
        ("1E0A06000B1A0A030B", Described("get-time", {}, ["time-invalid"])),
        ("1E0A060C1F63173B3B", Described("get-time", {"time": "2099-12-31T23:59:59"})),
        ("1E0A06021D190A030B", Described("get-time", {}, ["time-invalid"])),
        ("1E3202FFFF", Described("get-counter", {"count": 65535})),
        ("1E2D03000001", Described("get-record-count", {"count": 0})),
        ("1E320100", Described("get-counter", {}, ["length-invalid"])),
    ],
)
def test_answers_of_a_gate(data: str, described: Described) -> None:
    assert told("lsp2", bytes.fromhex(data), FROM_DEVICE) == described


def test_a_record_with_a_broken_clock_still_tells_the_tag() -> None:
    memory = "".join(f"{block:02X}" * 4 for block in reversed(range(8)))
    described = told("lsp2", bytes.fromhex("1E2E28" + "0D01010000000102" + memory), FROM_DEVICE)
    in_order = "".join(f"{block:02X}" * 4 for block in range(8))
    assert described == Described("get-record", {"tag_type": "0102", "memory": in_order}, ["time-invalid"])
