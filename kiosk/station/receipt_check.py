"""Whether the files that `[printer]` names can be used: what `kiosk check-config` looks at beyond the keys."""

from __future__ import annotations

from pathlib import Path

from drivers.errors import BadSetting
from drivers.printers.logo import load_logo
from drivers.printers.raster import WIDTH_80_MM
from kiosk.settings import Fault, SettingsRefused, load
from kiosk.station.receipt_template import load_templates
from kiosk.station.settings import KioskSettings


def receipt_faults(file: Path) -> list[Fault]:
    """Every fault of the templates and the logo that `file`, a `kiosk.toml`, names; none where it has faults itself."""
    try:
        printer = load(KioskSettings, file).printer
    except SettingsRefused:
        return []
    if printer is None:
        return []
    faults: list[Fault] = []
    try:
        load_templates(printer.templates)
    except SettingsRefused as refused:
        faults += refused.faults
    if printer.logo is not None:
        try:
            load_logo(printer.logo, WIDTH_80_MM)
        except BadSetting as bad:
            faults.append(Fault(str(file), "printer.logo", "a PNG picture that can be printed", str(bad)))
    return faults
