"""What the drivers of FEIG gates say of themselves."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

_MODELS = (
    "ID ISC.LR1002, LR2000, LR2500 and other long-range readers",
    "ID ISC.MR200, ID ISC.ANT.U500/270-DM",
    "gates built with them (ID ISC.ANT1520/680, ID ISC.ANT.GPC)",
)
_RECORDS = (
    "records of 0x22: UID, AFI, DSFID, memory, time, antenna, direction, whatever their flags announce",
    "full table (status 93), warnings (84, 90), more data (94)",
    "standard and advanced frames",
)
_UNKNOWN = (
    "date bytes, meaning of direction and of the content of a keep-alive: no public source",
    "order of bytes in a data block of a record: no public source; a setting, as in a pad's answers by default",
    "RSSI: its unit is not public",
    "frames above 4,096 bytes: taken for noise; set fewer records a frame in the reader",
    "setting clock, mode, table or counters: never done from here",
)
_SOURCE = "FEIG H71011-0e 12.2, H20411-0e 10.5, H40801-5e, H9391-45e; ISC.SDK.Linux 4.06.10 (github UC3MSocialRobots)"

DECLARED = (
    Declaration(
        kind=Kind.GATE,
        driver="feig-buffered",
        make="FEIG",
        models=_MODELS,
        interfaces=("TCP 10001", "serial 38,400 8E1"),
        protocol="OBID buffered read mode: 0x22, 0x31, 0x32",
        supported=(*_RECORDS, "cleared only after it was stored", "repeated records known by UID and time"),
        left_out=(*_UNKNOWN, "people counter asked for: its 0x9F wrapper is not public", "0x21 of old readers"),
        sure=Sureness.MANUAL,
        source=_SOURCE,
        settings="""\
[[gates]]
driver = "feig-buffered"
port = "tcp://gate.library.example:10001"
block_order = "reversed"       # as-on-tag where memory reads backwards
""",
    ),
    Declaration(
        kind=Kind.GATE,
        driver="feig-notifying",
        make="FEIG",
        models=_MODELS,
        interfaces=("TCP, the reader connects to us",),
        protocol="OBID notification mode: 0x22 unasked, acknowledged by 0x32; 0x6E, 0x77",
        supported=(
            *_RECORDS,
            "acknowledged within 4 s, and only after it was stored",
            "repetitions known by UID and time",
            "keep-alive: three missed periods are a lost gate",
            "people counter (GPC), per unit",
        ),
        left_out=(
            *_UNKNOWN,
            "a gate without keep-alive that was switched off: looks like one through which nobody goes",
            "encryption of notifications",
        ),
        sure=Sureness.MANUAL,
        source=_SOURCE,
        settings="""\
[[gates]]
driver = "feig-notifying"
port = "tcp-listen://0.0.0.0:10005?peer=192.168.1.20"    # peer: the reader's own address
keep_alive_s = 10.0            # as set in the reader
acknowledge = "after-stored"   # none: the reader was set to send without acknowledge
""",
    ),
)
