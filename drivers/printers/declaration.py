"""What these drivers say of receipt printers and of office printers."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

_SUPPORTED = (
    "receipts as pictures, in Chinese and Latin",
    "text in GB 18030, GBK and GB 2312",
    "QR code and Code 128",
    "logo",
    "full and partial cut, after feed and at once",
    "real-time status, each bit",
    "automatic status",
    "paper near its end as a warning",
    "XON/XOFF",
    "recovery by DLE ENQ 2",
)
_LEFT_OUT = (
    "the cash drawer's pulse: no use in a library",
    "asking for the model's name (GS I): what it answers is put in words by `kiosk wire decode`; nothing depends on it",
    "numbers of Chinese code systems (ESC 9): each maker's own, from its manual",
)

DECLARED = (
    Declaration(
        kind=Kind.PRINTER,
        driver="generic-80",
        make="any with ESC/POS",
        models=("80 mm paper (`generic-80`)", "58 mm paper (`generic-58`)"),
        interfaces=("serial 38,400 8N1", "USB (usblp)", "TCP 9100"),
        protocol="ESC/POS",
        supported=_SUPPORTED,
        left_out=_LEFT_OUT,
        sure=Sureness.MANUAL,
        source="Epson ESC/POS command reference",
        settings='[printer]\nport = "/dev/usb/lp0"\nmodel = "generic-80"\n',
    ),
    Declaration(
        kind=Kind.PRINTER,
        driver="hs-k33",
        make="HS",
        models=("HS-K33 (kiosk printer)",),
        interfaces=("USB (usblp)", "serial 38,400 8N1"),
        protocol="ESC/POS",
        supported=(
            *_SUPPORTED,
            "a receipt that still hangs in the mouth (status 1, bit 7)",
            "recovery after paper was put in",
        ),
        left_out=(
            *_LEFT_OUT,
            "what it answers after a raster: no public source; the bytes are let by",
            "heat and speed of the head (ESC 7): no public source for safe values",
            "its paper's width: no public source; 576 dots unless `width_dots` says otherwise",
            "whether its cover bit is inverted is as one public program has it: open the cover and look",
        ),
        sure=Sureness.OTHERS,
        source="github Hypernova-Oy/lainuri, programs/lainuri-serve/lainuri/hs_k33.py",
        settings='[printer]\nport = "/dev/usb/lp0"\nmodel = "hs-k33"\n# cover_bit_inverted = false\n',
        usb=("4b43:3830",),
    ),
    Declaration(
        kind=Kind.PRINTER,
        driver="cups",
        make="any that CUPS prints on",
        models=("office printers",),
        interfaces=("CUPS queue on this machine",),
        protocol="lp, lpstat and cancel of CUPS",
        supported=(
            "receipts as PDF on A4",
            "QR code and Code 128",
            "logo",
            "paper out, cover open, jam, stopped queue, server away, in words",
            "a job that is not printed in its time is taken back",
        ),
        left_out=(
            "whether the sheet lies in the tray: CUPS knows that the printer took the job",
            "paper and cover between jobs: CUPS learns of them while it prints",
        ),
        sure=Sureness.MANUAL,
        source="CUPS 2.4 (Debian 12), tried; RFC 8011, 5.3.8 and 5.4.12",
        settings='[printer]\nport = "cups://office"\n',
    ),
)
