"""Application family identifiers of library tags. The AFI must not be locked where it is the security mark.

Sources by short name are public code: lainuri = Hypernova-Oy/lainuri `iso28560/__init__.py`, dp2 = DigitalPlatform/dp2,
dan = GallusMax/libdanrfid, bib = dpavlin/Biblio-RFID.
"""

from __future__ import annotations

from types import MappingProxyType

IN_STOCK = 0x07
"""In stock, the gate rings (lainuri, dp2, dan)."""

ON_LOAN = 0xC2
"""Lent, the gate is silent; also the AFI that ISO registered for library items (lainuri, dp2)."""

NEVER_SET = 0x00
"""A tag as it left the factory. Gates differ in what they do with it."""

ON_LOAN_DAN = 0x21
"""Lent in the libraries of libdanrfid, where it is a setting (dan `DDMTag.java`)."""

VENDOR_3M_D7 = 0xD7
VENDOR_3M_DA = 0xDA
"""3M's pair. Which of the two rings is told both ways (bib `RFID501.pm`, `RFID-JSONP-server.pl`): a site setting."""

LIBRARY_AFIS = frozenset({IN_STOCK, ON_LOAN})
"""What tags of ISO 28560-2, -3 and -4 carry; anything else is the finding `afi-unexpected`."""

NAMES = MappingProxyType(
    {
        IN_STOCK: "in stock",
        ON_LOAN: "on loan",
        NEVER_SET: "never set",
        ON_LOAN_DAN: "on loan (libdanrfid)",
        VENDOR_3M_D7: "3M, secured or not by site",
        VENDOR_3M_DA: "3M, secured or not by site",
    }
)


def name_of(afi: int) -> str:
    """The AFI in words for a technician; unlisted ones as `0x..`."""
    return NAMES.get(afi, f"0x{afi:02X}")
