"""What the driver of LLRP portals says of itself."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

DECLARED = (
    Declaration(
        kind=Kind.GATE,
        driver="llrp",
        make="any with LLRP",
        models=(
            "portals around Impinj Speedway and R700",
            "portals around Zebra FX7500 and FX9600",
            "others with LLRP",
        ),
        interfaces=("TCP 5084",),
        protocol="LLRP version 1 (EPCglobal)",
        supported=(
            "every tag once a passage: UII, PC, AFI of ISO 28560-4, antenna, RSSI, the reader's own time",
            "reports that the reader kept while nobody was connected, with their own times",
            "keepalives: a silent reader is known after three of them",
            "an antenna that falls off, trouble that the reader reports, another host in the way: told in words",
            "reports that the reader lost: told",
        ),
        left_out=(
            "counting people: not part of LLRP",
            "direction: not part of LLRP; which antenna saw a tag is told",
            "inputs and outputs of the reader (GPI, GPO): a gate's lamp and buzzer are signals of their own",
            "transmit power, RF mode, regulation: left as the installer set them with the maker's tool",
            "makers' extensions (Custom parameters) are passed over; LLRP over TLS (5085) is not spoken",
            "readers that connect to the host by themselves",
        ),
        sure=Sureness.MANUAL,
        source="EPCglobal LLRP 1.1; greeting and reports captured from a reader in sllurp 3.0.5 tests/test_all.py; "
        "models as sllurp and llrpkit 0.3.0 name them",
        settings="""\
[[gates]]
driver = "llrp"
port = "tcp://gate.library.example:5084"
antennas = [1, 2]      # one that is named and off is a fault; [0] uses all
""",
    ),
)
