"""What the driver of UHF pads says of itself."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

DECLARED = (
    Declaration(
        kind=Kind.PAD,
        driver="llrp",
        make="any with LLRP",
        models=("pads around Impinj Speedway and R700", "pads around Zebra FX7500 and FX9600", "others with LLRP"),
        interfaces=("TCP 5084",),
        protocol="LLRP version 1 (EPCglobal), AccessSpecs of Class 1 Gen 2",
        supported=(
            "presence from the reader's reports",
            "bank 11 of each new tag read once, a whole stack with one order",
            "AFI of ISO 28560-4 in the PC, and the security bit of university tags, written and read back",
            "readers that do not report the PC: it is read",
            "another host in the way, an antenna that falls off, trouble that the reader reports: told in words",
        ),
        left_out=(
            "writing of bank 11 and of whole UIIs (programming new tags)",
            "tags whose memory is locked by a password: no password is sent",
            "EAS: UHF tags have none",
            "two tags with the same UII: the air does not tell them apart, they are one",
            "transmit power and RF mode: the installer sets them so low that only the pad is seen",
            "makers' extensions (Custom parameters), LLRP over TLS (5085)",
        ),
        sure=Sureness.MANUAL,
        source="EPCglobal LLRP 1.0.1 and 1.1; layouts of AccessSpecs also in llrpkit 0.3.0 and sllurp 3.0.5; "
        "models as these name them; not tried at a real tag",
        settings='[pad]\ndriver = "llrp"\nport = "tcp://pad.library.example:5084"\n',
    ),
)
