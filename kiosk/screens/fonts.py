"""Takes the Simplified Chinese faces out of Debian's font collections, once, at set-up.

`pygame.font` always opens face 0 of a `.ttc`, which for Noto Sans CJK holds the Japanese forms; so the face named
"Noto Sans CJK SC" is written to a file of its own (`python -m kiosk.screens.fonts --out DIR`).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

FAMILY = "Noto Sans CJK SC"
REGULAR = "NotoSansCJKsc-Regular.otf"
BOLD = "NotoSansCJKsc-Bold.otf"
COLLECTIONS = {
    REGULAR: Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    BOLD: Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
}
FOLDER_VARIABLE = "KIOSK_FONTS"
FAMILY_NAME_ID = 1
"""OpenType `name` table, name ID 1: font family."""


class FontsMissing(Exception):
    """The prepared fonts are not there; the text says where they were looked for and what to do."""


def prepare(out: Path, collections: dict[str, Path] = COLLECTIONS) -> list[Path]:
    """Write the faces that are not in `out` yet; return what was written. Raises `FontsMissing`."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, collection in collections.items():
        target = out / name
        if not target.exists():
            _extract(collection, target)
            written.append(target)
    return written


def folder(given: Path | None = None) -> Path:
    """The folder of the prepared fonts: as given, else `$KIOSK_FONTS`, else the set-up's own. Raises `FontsMissing`."""
    named = os.environ.get(FOLDER_VARIABLE)
    chosen = given or (Path(named) if named else Path(sys.prefix) / "share" / "kiosk-fonts")
    missing = [name for name in (REGULAR, BOLD) if not (chosen / name).is_file()]
    if missing:
        raise FontsMissing(
            f"{chosen}: no {' and no '.join(missing)}; run `make setup`, or "
            f"`python -m kiosk.screens.fonts --out {chosen}` after installing fonts-noto-cjk"
        )
    return chosen


def coverage(prepared: Path) -> frozenset[int]:
    """The code points that the prepared faces can draw; both weights have the same. Takes about 70 ms."""
    from fontTools.ttLib import TTFont

    with TTFont(prepared / REGULAR, lazy=True) as face:
        return frozenset(face.getBestCmap())


def _extract(collection: Path, target: Path) -> None:
    from fontTools.ttLib import TTCollection

    if not collection.is_file():
        raise FontsMissing(f"{collection}: not found; install the Debian package fonts-noto-cjk")
    with TTCollection(collection, lazy=True) as faces:
        for face in faces:
            if face["name"].getDebugName(FAMILY_NAME_ID) == FAMILY:
                unfinished = target.with_suffix(".part")
                face.save(unfinished)
                unfinished.replace(target)
                return
    raise FontsMissing(f"{collection}: has no face named {FAMILY!r}; expected Debian's fonts-noto-cjk")


def main(argv: list[str] | None = None) -> int:
    """`python -m kiosk.screens.fonts --out DIR`."""
    parser = argparse.ArgumentParser(prog="kiosk.screens.fonts", description="Prepare the fonts of the screens.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the two font files")
    try:
        for path in prepare(parser.parse_args(argv).out):
            print(f"fonts: wrote {path.name}")
    except (FontsMissing, OSError) as trouble:
        print(f"fonts: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
