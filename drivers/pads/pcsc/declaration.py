"""What the driver of PC/SC desk readers says of itself."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

DECLARED = (
    Declaration(
        kind=Kind.PAD,
        driver="pcsc",
        make="ACS",
        models=("ACR1552U",),
        interfaces=("USB, by pcscd",),
        protocol="PC/SC transparent session (FF C2), ISO 15693 frames",
        supported=(
            "a desk reader: ONE book at a time; of two books on it one is presented",
            "a book's memory read in one session, also of tags that read one block at a time",
            "AFI written with a timer of 1 s and read back; what is torn away is perhaps written, and looked at",
            "blocks written one by one and read back together",
            "reader and pcscd unplugged, stopped and back again, each with a fault of its own",
        ),
        left_out=(
            "a stack of books: what the reader answers to two tags is not public",
            "EAS: what the reader makes of a chip's custom commands is not public",
            "tags that want the option flag with writes (TI): no capture",
            "readers without a transparent session: books are told as unreadable, with the status word",
            "pass-through (FF FB): the session does all it does, and is captured",
        ),
        sure=Sureness.CAPTURE,
        source=(
            "NXP community thread ta-p/2291679 (ACR1552U with an ICODE SLI, posted trace); PC/SC part 3 and its "
            "supplement; ISO/IEC 15693-3"
        ),
        settings='[pad]\ndriver = "pcsc"\nport = "pcsc:ACR1552 1S CL Reader PICC"\n',
        usb=("072F:2308",),
    ),
)
