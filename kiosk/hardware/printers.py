"""Receipt printers, and office printers behind CUPS: settings, and the driver on its port."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from PIL import Image

from drivers.ports.address import open_port
from drivers.ports.cups import CupsPrinter
from drivers.ports.pump import Pump, Tap
from drivers.ports.serial import LineSettings
from drivers.ports.usb_printer import FOLDER as USB_PRINTERS
from drivers.printers.core import Answering, PrinterCore
from drivers.printers.core import PrinterSettings as CoreSettings
from drivers.printers.cups import CupsCore, CupsSettings
from drivers.printers.events import PrinterCommand, PrinterEvent
from drivers.printers.logo import load_logo
from drivers.printers.models import MODELS, ModelName, PrinterModel, Quirk
from drivers.printers.office_page import COLUMN_DOTS, OfficePages
from drivers.printers.raster import ReceiptDrawing
from drivers.printers.text import Lettering
from drivers.printers.typesetting import Typesetting
from kiosk.hardware.ports import NETWORK_BAUD, Baud, is_stream, speed_baud
from kiosk.hardware.running import Running
from kiosk.model.limits import Limit, within

CUPS = "cups://"
"""Begins a port that is a queue of CUPS; its name follows."""
_QUEUE = re.compile(r"[^\s/#?'\"\\-][^\s/#?'\"\\]{0,126}")
"""What CUPS allows in the name of a queue; none begins like an option of its programs."""
WHOLE_BYTES = Limit("a multiple of 8", lambda value: isinstance(value, int) and value % 8 == 0)


def _names_a_printer(value: object) -> bool:
    if isinstance(value, str) and value.startswith(CUPS):
        return _QUEUE.fullmatch(value.removeprefix(CUPS)) is not None
    return is_stream(value)


PrinterPort = Annotated[
    str, Limit("a path such as /dev/usb/lp0, tcp://host:9100, or cups://queue for an office printer", _names_a_printer)
]

ARABIC_FONT = "NotoSansArabic-Regular.ttf"
"""Beside the receipt's font, where the set-up puts it."""


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    port: PrinterPort
    """`/dev/…` for a serial line, `/dev/usb/lp0` for USB, `tcp://host:9100` for a socket, `cups://queue` for an office
    printer."""
    baud: Baud = 38_400
    model: ModelName = ModelName.GENERIC_80
    """What differs from model to model: paper, cut, feed, status bits. A printer that is not here is a generic one, of
    80 mm or 58 mm paper."""
    width_dots: Annotated[int, within(200, 1000), WHOLE_BYTES] | None = None
    """Dots a row: 576 on 80 mm paper, 384 on 58 mm. Absent: the model's."""
    back_channel: bool = True
    """False for a printer that cannot answer (write-only USB): its state is then unknown, not well."""
    text: Lettering = Lettering.RASTER
    """How words are sent: as pictures (`raster`), or as text in the printer's own fonts, which a slow line brings
    sooner. `gbk` and `gb2312` are for printers that know no more; lines beyond are sent as pictures."""
    code_system: Annotated[int, within(0, 255)] | None = None
    """Number of the Chinese code system in the printer's own manual (ESC 9), sent before text. Absent: not sent."""
    cover_bit_inverted: bool | None = None
    """True where the printer's cover bit is set while the cover is closed: open it at installation and look. Absent: as
    the model has it."""
    logo: Path | None = None
    """PNG picture at the top of each receipt; made black and white, and smaller where it is wider than the paper."""
    templates: Path | None = None
    """Folder with the library's own layout of receipts, a file for each language such as `zh.toml`, see receipts.md.
    Absent: the shipped ones."""


def opened_printer(
    settings: PrinterSettings, font: Path, deliver: Callable[[PrinterEvent], None], tap: Tap | None = None
) -> Running[PrinterCommand]:
    """The printer of a kiosk, not started. Raises `BadSetting` for a font or a logo that cannot be used."""
    if settings.port.startswith(CUPS):
        pages = OfficePages(_drawing(font, COLUMN_DOTS), _logo(settings, COLUMN_DOTS))
        return CupsPrinter(CupsCore(CupsSettings(settings.port.removeprefix(CUPS)), pages), deliver)
    port = open_port(settings.port, LineSettings(settings.baud))
    return Pump(printer_core(settings, font), port, deliver, name="printer", tap=tap)


def printer_core(settings: PrinterSettings, font: Path) -> PrinterCore:
    """The driver of a printer on a line, without a port. Raises `BadSetting` for a font or a logo that is unusable."""
    core_settings = CoreSettings(
        _typesetting(settings, font),
        Answering.ANSWERS if settings.back_channel else Answering.SILENT,
        speed_baud=_speed_baud(settings),
    )
    return PrinterCore(core_settings)


def _speed_baud(settings: PrinterSettings) -> int:
    usb = settings.port.startswith(USB_PRINTERS)
    return NETWORK_BAUD if usb else speed_baud(settings.port, settings.baud)


def _typesetting(settings: PrinterSettings, font: Path) -> Typesetting:
    model = _model(settings)
    width_dots = model.width_dots if settings.width_dots is None else settings.width_dots
    logo = _logo(settings, width_dots)
    return Typesetting(_drawing(font, width_dots), model, settings.text, settings.code_system, logo)


def _model(settings: PrinterSettings) -> PrinterModel:
    model = MODELS[settings.model]
    match settings.cover_bit_inverted:
        case None:
            return model
        case True:
            return replace(model, quirks=model.quirks | {Quirk.COVER_BIT_INVERTED})
        case False:
            return replace(model, quirks=model.quirks - {Quirk.COVER_BIT_INVERTED})


def _drawing(font: Path, width_dots: int) -> ReceiptDrawing:
    """Raises `BadSetting` where the font is not there."""
    arabic = font.with_name(ARABIC_FONT)
    drawing = ReceiptDrawing(font, width_dots=width_dots, arabic_path=arabic if arabic.is_file() else None)
    drawing.load_fonts()
    return drawing


def _logo(settings: PrinterSettings, width_dots: int) -> Image.Image | None:
    return None if settings.logo is None else load_logo(settings.logo, width_dots)
