"""What the driver of FEIG pads says of itself."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

_PROTOCOL = "OBID standard and advanced frames, ISO host commands 0xB0"
_SUPPORTED = (
    "presence, also on readers that tell a tag once (RF reset)",
    "the memory of each new tag read once, in as few requests as the reader's frames allow",
    "AFI written and read back",
    "blocks of any size written and read back",
    "readers that only know advanced frames; a gate in scan mode is named as such",
)
_LEFT_OUT = (
    "EAS: no public bytes for a chip's own commands",
    "lamps and buzzer (0x71): a pad needs none",
    "configuration is not written; 0x55 (flash loader) is never sent",
    "tags other than ISO 15693: counted and passed over",
)

DECLARED = (
    Declaration(
        kind=Kind.PAD,
        driver="feig",
        make="FEIG",
        models=("CPR.M02", "CPR.02"),
        interfaces=("serial 38,400 8E1 (4,800 to 230,400)",),
        protocol=_PROTOCOL,
        supported=_SUPPORTED,
        left_out=_LEFT_OUT,
        sure=Sureness.MANUAL,
        source="FEIG H20800-16e-ID-B; frames confirmed by github dpavlin/Biblio-RFID lib/RFID/Biblio/Reader/CPRM02.pm",
        settings='[pad]\ndriver = "feig"\nport = "/dev/ttyUSB0"\nbaud = 38400\n',
    ),
    Declaration(
        kind=Kind.PAD,
        driver="feig",
        make="FEIG",
        models=("MR100", "MR101-A", "MR101-U", "MR200", "PRH", "LR100", "LR200"),
        interfaces=("serial 38,400 8E1", "TCP 10001"),
        protocol=_PROTOCOL,
        supported=_SUPPORTED,
        left_out=(*_LEFT_OUT, "what newer firmware has besides, as passwords: no public source read"),
        sure=Sureness.OTHERS,
        source="the same frames by FEIG H20800-16e-ID-B annex B and FEIG ISC.SDK.Linux 4.06.10",
        settings='[pad]\ndriver = "feig"\nport = "tcp://pad.library.example:10001"\n',
    ),
)
