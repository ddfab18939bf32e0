"""What the scanners' drivers say of the hardware that they are for."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

_WHOLE_CODES = "codes with their symbology (AIM identifiers), each once"
_DRESSING = "prefix, suffix and Codabar letters taken off"
_TRIGGER = "trigger while the kiosk waits for a code"
_LINE = "serial or USB-CDC, 9,600 8N1"

_ANY_SERIAL = Declaration(
    kind=Kind.SCANNER,
    driver="serial",
    make="any",
    models=("scanners that send text",),
    interfaces=(_LINE,),
    protocol="text with terminator",
    supported=(_WHOLE_CODES, _DRESSING, "terminators to choose, or 100 ms of silence", "trigger of bytes to set"),
    left_out=(),
    sure=Sureness.MANUAL,
    source="ISO/IEC 15424 (AIM identifiers)",
    settings='[scanner]\ndriver = "serial"\nport = "/dev/ttyACM0"\nbaud = 9600\n',
)
_HONEYWELL = Declaration(
    kind=Kind.SCANNER,
    driver="serial",
    make="Honeywell",
    models=("engines with the serial trigger SYN T CR (Metrologic's as well)",),
    interfaces=(_LINE,),
    protocol="text; trigger 16 54 0D and 16 55 0D",
    supported=(_WHOLE_CODES, _TRIGGER),
    left_out=("menu commands: a setting is made with the maker's sheet of codes",),
    sure=Sureness.OTHERS,
    source="Honeywell user guides as quoted in many public programs",
    settings='[scanner]\ndriver = "serial"\nport = "/dev/ttyACM0"\nbaud = 9600\ntrigger = "honeywell"\n',
)
_NEWLAND = Declaration(
    kind=Kind.SCANNER,
    driver="serial",
    make="Newland",
    models=("engines with unified commands", "engines with the short trigger SOH T EOT"),
    interfaces=(_LINE,),
    protocol="text; trigger SCNTRG1 and SCNTRG0, answers taken off the data",
    supported=(_WHOLE_CODES, _TRIGGER, "a refused trigger is a fault"),
    left_out=(
        "permanent settings: they wear out the engine's memory, and which there are is not public",
        'off for the short trigger (`trigger = "newland-short"`): no public source',
    ),
    sure=Sureness.OTHERS,
    source="several public programs that send SCNTRG1",
    settings='[scanner]\ndriver = "serial"\nport = "/dev/ttyACM0"\nbaud = 9600\ntrigger = "newland"\n',
)
_GM65 = Declaration(
    kind=Kind.SCANNER,
    driver="serial",
    make="various",
    models=("GM65 and modules with its commands",),
    interfaces=(_LINE,),
    protocol="text; trigger 7E 00 08 01 00 02 01 AB CD, its answer taken off the data",
    supported=(_WHOLE_CODES, _TRIGGER),
    left_out=("settings: made with the module's sheet of codes",),
    sure=Sureness.OTHERS,
    source="GM65 manual as quoted in several public programs",
    settings='[scanner]\ndriver = "serial"\nport = "/dev/ttyUSB0"\nbaud = 9600\ntrigger = "gm65"\n',
)
_ZEBRA_TEXT = Declaration(
    kind=Kind.SCANNER,
    driver="serial",
    make="Zebra (Symbol, Motorola)",
    models=("engines with the SSI interface that send codes as text",),
    interfaces=(_LINE,),
    protocol="text; trigger 04 E4 04 00 FF 14 and 04 E5 04 00 FF 13, its answer taken off the data",
    supported=(_WHOLE_CODES, _TRIGGER, "a refused trigger is a fault"),
    left_out=("SSI parameters: their numbers are not public enough",),
    sure=Sureness.OTHERS,
    source="Zebra SSI guide as quoted in public programs",
    settings='[scanner]\ndriver = "serial"\nport = "/dev/ttyACM0"\nbaud = 9600\ntrigger = "zebra"\n',
)
_SSI = Declaration(
    kind=Kind.SCANNER,
    driver="ssi",
    make="Zebra (Symbol, Motorola)",
    models=("engines and scanners with the SSI interface that send packets",),
    interfaces=(_LINE,),
    protocol="SSI packets",
    supported=(
        "codes with their symbology (code types), each once",
        _DRESSING,
        "every packet acknowledged, damaged ones asked for again, repeated ones dropped",
        "codes in several packets",
        _TRIGGER,
    ),
    left_out=(
        "multipacket segments (opcode 73) of Bluetooth scanners: one public program only",
        "SSI parameters: their numbers are not public enough",
        "RTS/CTS handshake of the RS-232 interface, and the wake-up byte that stands in for it",
    ),
    sure=Sureness.OTHERS,
    source="Zebra SSI guide as quoted in public programs; Symbol SE 923 integration guide, 6-15",
    settings='[scanner]\ndriver = "ssi"\nport = "/dev/ttyACM0"\nbaud = 9600\n',
)
_WEDGE = Declaration(
    kind=Kind.SCANNER,
    driver="evdev",
    make="any",
    models=("scanners that type as a keyboard",),
    interfaces=("USB (Linux input device)",),
    protocol="Linux input records",
    supported=(_WHOLE_CODES, _DRESSING, "the device is grabbed: nothing reaches the screen", "US keys and keypad"),
    left_out=(
        "layouts other than US: set the scanner to US",
        "characters typed as Alt and a number, and characters outside ASCII: the code is refused",
    ),
    sure=Sureness.MANUAL,
    source="Linux input.h, input-event-codes.h, Documentation/input/event-codes.rst",
    settings='[scanner]\ndriver = "evdev"\nport = "/dev/input/by-id/usb-YOUR-SCANNER-event-kbd"\n',
)
_WGC = Declaration(
    kind=Kind.SCANNER,
    driver="serial",
    make="WGC and WGI",
    models=("engines as driven by lainuri (WGI3220USB and the like)",),
    interfaces=(_LINE,),
    protocol="text",
    supported=(_WHOLE_CODES, "their frames are put in words by `kiosk wire decode scan_engine`"),
    left_out=("trigger: no public source", "settings: only one documented frame is public"),
    sure=Sureness.OTHERS,
    source="github Hypernova-Oy/lainuri, lainuri/barcode_reader/model/WGC_commands.py",
    settings='[scanner]\ndriver = "serial"\nport = "/dev/ttyACM0"\nbaud = 9600\n',
)

DECLARED = (_ANY_SERIAL, _HONEYWELL, _NEWLAND, _GM65, _ZEBRA_TEXT, _SSI, _WEDGE, _WGC)
