"""What the card reader's driver says of the hardware that it is for."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

_UID = "UID of any card, ISO 15693 with E0 first"
_EVENTS = "a card that flickers is one card; reader and service may go away and come back"
_READER = '[cards]\nreader = "ACR"\n'
_SECTOR = (
    '[cards]\nreader = "ACR"\ntoken = "sector"\nsector = 4\nblock = 0\noffset = 0\nlength = 16\nform = "ascii"\n'
    'key_file = "/etc/kiosk/card.key"\nkey_type = "A"\nkey_memory = "volatile"\n'
)
_TAG = '[cards]\nreader = "ACR"\ntoken = "patron-tag"\n'
_PHONES = '[phone_codes]\nkey_file = "/etc/kiosk/phone.keys"\n'

_ANY_READER = Declaration(
    kind=Kind.CARDS,
    driver="pcsc",
    make="any",
    models=("contactless readers with a PC/SC driver (CCID)",),
    interfaces=("USB, by pcscd",),
    protocol="PC/SC part 3",
    supported=(
        _UID,
        "a file of a chip card that anybody may read",
        "blocks and pages that anybody may read (Ultralight, ISO 15693)",
        _EVENTS,
        "random UIDs refused with the reason",
    ),
    left_out=(
        "DESFire and other files behind keys: libraries have no common rule for them",
        "the Chinese identity card (second generation): it needs a sealed module, and its protocol is not public",
        "writing to patron cards: a kiosk only reads them",
    ),
    sure=Sureness.MANUAL,
    source="PC/SC part 3, 3.2.2; ACR122U API 2.04; ISO/IEC 7816-4; USB ids from libccid",
    settings=_READER,
    usb=("072f:2200", "072f:223b", "072f:223e", "072f:2224", "076b:5022", "076b:502a", "04e6:5790", "04e6:5612"),
)
_MIFARE = Declaration(
    kind=Kind.CARDS,
    driver="pcsc",
    make="any",
    models=("readers that open MIFARE Classic sectors (FF 82, FF 86 or FF 88)",),
    interfaces=("USB, by pcscd",),
    protocol="PC/SC part 3, 3.2.2.1.4 to 3.2.2.1.8",
    supported=(
        "number in a sector: block, offset, length; ASCII, UTF-8, BCD or hex; key A or B",
        "key from a secret file, into the reader's volatile or permanent memory",
        _EVENTS,
    ),
    left_out=("keys that differ by card: no public rule is common to libraries", "writing"),
    sure=Sureness.MANUAL,
    source="ACR122U API 2.04, section 5; ACS ACR128 API 1.7, 7.1; Identiv uTrust 5501 F manual, 6.2.3",
    settings=_SECTOR,
    usb=("072f:2200",),
)
_VICINITY = Declaration(
    kind=Kind.CARDS,
    driver="pcsc",
    make="any",
    models=("readers that see ISO 15693 (ACR1552U class)",),
    interfaces=("USB, by pcscd",),
    protocol="PC/SC part 3, read binary by blocks of 4 bytes",
    supported=(
        "patron's number on a tag whose type of usage is 8 (ISO 28560-2 and -3), else the UID",
        "tags of items refused; damaged data give no token",
        _EVENTS,
    ),
    left_out=("readers that read blocks only in a transparent session: the UID is taken",),
    sure=Sureness.MANUAL,
    source="PC/SC part 3, 3.2.2.1.8; ISO 28560-1",
    settings=_TAG,
)
_PHONE = Declaration(
    kind=Kind.CARDS,
    driver="phone-code",
    make="any",
    models=("phones that show a QR code, read by any of the scanners that read QR",),
    interfaces=("by the scanner",),
    protocol="LKP1 codes (docs/adr/0125)",
    supported=("another code every 30 s, each good once at a kiosk", "key change by key id", "judged off line"),
    left_out=("relayed codes: within 90 s another kiosk takes a picture of one",),
    sure=Sureness.MANUAL,
    source="docs/adr/0125; RFC 2104, RFC 4648",
    settings=_PHONES,
)

DECLARED = (_ANY_READER, _MIFARE, _VICINITY, _PHONE)
