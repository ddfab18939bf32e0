"""The story book of the screens: a page that names every state, sheets that show them; and a receipt as it is printed.

`python -m docs.story_book` draws the sheets again (a minute); the page itself is one of `make docs`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from PIL import Image, ImageDraw

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

from docs.tables import table
from drivers.printers.raster import ReceiptDrawing
from drivers.printers.receipt import QrCode, ReceiptLine
from kiosk.model.circulation import Language
from kiosk.model.questions import ReceiptEntry
from kiosk.screens import fonts
from kiosk.screens.frame import Frame, Size
from kiosk.screens.paint import Fonts, Painter
from kiosk.screens.render import render
from kiosk.screens.samples import NOW_S, SETTINGS, UTC_NOW, in_language, samples
from kiosk.screens.window import Mode, Window
from kiosk.session.effects import PrintReceipt
from kiosk.station.receipts import Letterhead, compose

PICTURES = Path(__file__).with_name("pictures")
RECEIPT = PICTURES / "receipt.png"
PORTRAIT, LANDSCAPE = Size(1080, 1920), Size(1920, 1080)
SHEETS = (("screens-zh.png", Language.ZH, PORTRAIT, 12), ("screens-en.png", Language.EN, LANDSCAPE, 16))
"""File, language, size, and by how much it is made smaller."""
ACROSS = 14
GAP = 6
GROUND = "#55626A"
COLOURS = 64
"""Of a sheet: drawn screens have few."""
DUE = date(2026, 12, 22)


def page() -> str:
    """`docs/screens.md`."""
    rows = [(f"`{group}`", str(len(names)), ", ".join(f"`{name}`" for name in names)) for group, names in _groups()]
    return f"""# The story book of the screens

Every screen in every state, with made-up patrons and well-known books. In all languages and in 1080 × 1920, 1920 × 1080
and 1280 × 800, as PNG:

```
kiosk screens --all --out DIR
```

Single ones by their names: `kiosk screens staff receipt-phone --language zh --size 1080x1920 --out DIR`. `--with
large,contrast` draws them made easier (of `large`, `contrast`, `low`; into `1080x1920-contrast-large/`), `--every-way`
plain ones and each way alone. The semantic trees and what must hold of every picture (text fits and has its glyphs,
targets, contrast, one main action, private texts marked) are tested for all of them; two runs are equal byte by byte on
one machine. What each screen means is compared exactly with what is kept under `tests/screens/golden`, and what it
looks like to the eye; `python -m tests.screens.golden_pictures` keeps the screens as they are now
([0205](adr/0205-small-pictures-and-whole-trees.md)). A window of a real X server shows them in the tests, too.

Rows and screens come up by 24 units in 180 ms and then stand
([0206](adr/0206-what-stands-is-not-drawn-again.md)); `kiosk bench` measures what that takes, and what a touch takes.
A kiosk whose screen goes away ends, and the service manager starts it again until there is a screen.

{table(("screen", "states", "names"), rows)}

## 1080 × 1920, 中文

![Every state in Chinese, portrait](pictures/screens-zh.png)

## 1920 × 1080, English

![Every state in English, landscape](pictures/screens-en.png)
"""


def _groups() -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for name in samples():
        found.setdefault(name.partition("-")[0], []).append(name)
    yield from found.items()


def sheet(language: Language, size: Size, smaller: int) -> Image.Image:
    """All states side by side, in the order of the page."""
    measure = Fonts(fonts.folder())
    window = Window(size, Mode.HEADLESS)
    small = (size.width // smaller, size.height // smaller)
    states = list(samples().values())
    down = -(-len(states) // ACROSS)
    whole = Image.new("RGB", (ACROSS * (small[0] + GAP) + GAP, down * (small[1] + GAP) + GAP), GROUND)
    for number, state in enumerate(states):
        frame: Frame = render(in_language(state, language), size, SETTINGS, measure, now_s=NOW_S)
        Painter(window.surface, measure).paint(frame.draw_list)
        picture = Image.frombuffer("RGBA", (size.width, size.height), window.surface.get_buffer().raw, "raw", "BGRA")
        place = (GAP + number % ACROSS * (small[0] + GAP), GAP + number // ACROSS * (small[1] + GAP))
        whole.paste(picture.convert("RGB").resize(small, Image.Resampling.LANCZOS), place)
    return whole


def receipt() -> Image.Image:
    """A receipt of three books as the printer draws it: the shipped templates, both languages side by side."""
    strips = [_strip(language) for language in Language]
    whole = Image.new("L", (sum(strip.width + 96 for strip in strips), max(strip.height for strip in strips) + 96), 216)
    left = 48
    for strip in strips:
        ImageDraw.Draw(whole).rectangle((left - 24, 24, left + strip.width + 24, strip.height + 72), fill=255)
        whole.paste(strip.convert("L"), (left, 48))
        left += strip.width + 96
    return whole


def _strip(language: Language) -> Image.Image:
    titles = ("深入理解计算机系统（原书第三版）", "三体", "The Cat in the Hat")
    borrowed = tuple(ReceiptEntry(title, DUE.isoformat()) for title in titles)
    order = PrintReceipt("job", language, borrowed, (ReceiptEntry("Momo", ""),), "0042")
    parts = compose(order, Letterhead(SETTINGS, "Asia/Shanghai"), UTC_NOW).parts
    lines = [part for part in parts if isinstance(part, ReceiptLine)]
    assert not any(isinstance(part, QrCode) for part in parts), "the shipped templates have no code"
    return ReceiptDrawing(fonts.file(fonts.folder(), fonts.REGULAR)).draw(lines)


def main() -> int:
    """Draw the sheets and the receipt."""
    for name, language, size, smaller in SHEETS:
        drawn = sheet(language, size, smaller).quantize(COLOURS)
        drawn.save(PICTURES / name, optimize=True)
        sys.stdout.write(f"docs/pictures/{name}: {(PICTURES / name).stat().st_size // 1024} kB\n")
    receipt().quantize(4).save(RECEIPT, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
