"""What the driver of 3M pads says of itself."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

_LINE = "serial over USB, 19,200 8N1"
_PROTOCOL = "3M 210: D6 length command content CRC"
_SUPPORTED = (
    "presence, and the memory of each new tag read once",
    "AFI written and read back, tried again until it holds or time is over",
    "EAS bit of NXP tags set, cleared and read back",
    "blocks of 4 bytes written and read back",
    "read answers of both styles; blocks that cannot be read, with their error",
)
_LEFT_OUT = (
    "locking (blocks, AFI, DSFID), quiet, raw ISO 15693: a kiosk needs none",
    "tags with blocks of another size: the manual's answers hold 4 bytes a block",
    "what the options of an inventory besides `00 05` change in its answer: pages and public code differ",
    "times: the manual has none; from others' use",
)
_SETTINGS = '[pad]\ndriver = "m3_210"\nport = "/dev/ttyUSB0"\nbaud = 19200\n'
_FTDI = ("0403:6001",)

DECLARED = (
    Declaration(
        kind=Kind.PAD,
        driver="m3_210",
        make="3M / Bibliotheca",
        models=("210",),
        interfaces=(_LINE,),
        protocol=_PROTOCOL,
        supported=("version", *_SUPPORTED),
        left_out=_LEFT_OUT,
        sure=Sureness.MANUAL,
        source="3M RFID Reader Model 210 Protocol Specification 1.0.0",
        settings=_SETTINGS,
    ),
    Declaration(
        kind=Kind.PAD,
        driver="m3_210",
        make="3M / Bibliotheca",
        models=("810",),
        interfaces=(_LINE,),
        protocol=f"{_PROTOCOL}; D5 for the probe",
        supported=("woken by its probe, told from a 210 by itself", *_SUPPORTED),
        left_out=(*_LEFT_OUT, "what its start-up (command 13) means: no public source; sent as its own software does"),
        sure=Sureness.CAPTURE,
        source=(
            "github dpavlin/koha-rfid-3m810-js tests/fixtures/live-capture.txt (probe, inventory, AFI, read blocks); "
            "dpavlin/Biblio-RFID lib/Biblio/RFID/Reader/3M810.pm; EAS and tag information from the 210's manual"
        ),
        settings=_SETTINGS,
        usb=_FTDI,
    ),
)
