"""Gathers the fonts of the screens in one folder, once, at set-up (`python -m kiosk.screens.fonts --out DIR`).

`pygame.font` always opens face 0 of a `.ttc`, which for Noto Sans CJK holds the Japanese forms; so the faces for
simplified and traditional Chinese and for Japanese are each written to a file of their own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from kiosk.model.circulation import Language

CJK = Path("/usr/share/fonts/opentype/noto")
CORE = Path("/usr/share/fonts/truetype/noto")
"""Where Debian's packages fonts-noto-cjk and fonts-noto-core put their files."""
FOLDER_VARIABLE = "KIOSK_FONTS"
LAST_RESORT = "freesansbold.ttf"
"""In pygame-ce's own folder."""
FAMILY_NAME_ID = 1
"""OpenType `name` table, name ID 1: font family."""


class Face(StrEnum):
    """What the screens are lettered with."""

    SC = "sc"
    """Simplified Chinese forms, and Latin, Greek and Cyrillic: the one that must be there."""
    TC = "tc"
    JP = "jp"
    ARABIC = "arabic"
    HEBREW = "hebrew"
    THAI = "thai"
    DEVANAGARI = "devanagari"


IDEOGRAPHS: Mapping[Language, Face] = {Language.ZH_HANT: Face.TC, Language.JA: Face.JP}
"""Whose forms ideographs have in a language's texts; simplified Chinese ones where nothing is said."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where one file of a face comes from. `family` is the face's name in a collection, empty for a plain file."""

    path: Path
    family: str = ""

    @property
    def package(self) -> str:
        return "fonts-noto-cjk" if self.family else "fonts-noto-core"


def regular(face: Face) -> str:
    """The name of the prepared file with the regular weight."""
    return f"NotoSansCJK{face.value}-Regular.otf" if face in _CJK_FACES else f"NotoSans{face.value.title()}-Regular.ttf"


def bold(face: Face) -> str:
    """The name of the prepared file with the bold weight."""
    return regular(face).replace("Regular", "Bold")


_CJK_FACES = frozenset({Face.SC, Face.TC, Face.JP})
REGULAR, BOLD = regular(Face.SC), bold(Face.SC)
SOURCES: Mapping[str, Source] = {
    **{
        prepared(face): Source(CJK / f"NotoSansCJK-{weight}.ttc", f"Noto Sans CJK {face.value.upper()}")
        for face in sorted(_CJK_FACES)
        for prepared, weight in ((regular, "Regular"), (bold, "Bold"))
    },
    **{
        prepared(face): Source(CORE / prepared(face))
        for face in Face
        if face not in _CJK_FACES
        for prepared in (regular, bold)
    },
}
"""The prepared files by their names, and what each is made from."""


class FontsMissing(Exception):
    """The fonts cannot be prepared; the text says where they were looked for and what to do."""


def prepare(out: Path, sources: Mapping[str, Source] = SOURCES) -> list[Path]:
    """Write the files that are not in `out` yet; return what was written. Raises `FontsMissing`."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, source in sources.items():
        target = out / name
        if not target.exists():
            _write(source, target)
            written.append(target)
    return written


def folder(given: Path | None = None) -> Path:
    """The folder of the prepared fonts: as given, else `$KIOSK_FONTS`, else the set-up's own.

    `lacking` names what is not in it; `file` says what is taken instead.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    return given or (Path(named) if named else Path(sys.prefix) / "share" / "kiosk-fonts")


def lacking(prepared: Path) -> list[str]:
    """Prepared files that are not there."""
    return [name for name in SOURCES if not (prepared / name).is_file()]


def complaints(prepared: Path) -> list[str]:
    """What is not there, with what is taken instead and what to do: a sentence each, none where nothing lacks."""
    missing = lacking(prepared)
    told = [f"font {prepared / name}: not there; {file(prepared, name)} takes its place" for name in missing]
    if missing:
        told.append(f"fonts: run `make setup`, or `python -m kiosk.screens.fonts --out {prepared}`")
    return told


def file(prepared: Path, name: str) -> Path:
    """The file of a prepared name; where it is not there, the likest one that is.

    First the other weight and the other forms of ideographs, then what Debian installed (of a collection its first
    face: Japanese forms), at last the Latin font of pygame, so that a kiosk starts whatever lacks.
    """
    return next(one for one in _likest(prepared, name) if one.is_file())


def _likest(prepared: Path, name: str) -> Iterator[Path]:
    yield prepared / name
    weights = (bold, regular) if "Bold" in name else (regular, bold)
    yield from (prepared / weight(face) for weight in weights for face in (Face.SC, Face.TC, Face.JP))
    yield from (SOURCES[weight(Face.SC)].path for weight in weights)
    found = find_spec("pygame")
    assert found is not None, "pygame-ce is a dependency"
    assert found.origin is not None, "pygame-ce is a package with files"
    yield Path(found.origin).with_name(LAST_RESORT)


def coverage(prepared: Path, face: Face = Face.SC) -> frozenset[int]:
    """The code points that a face, or what takes its place, can draw in both weights. 70 ms for the large ones."""
    from fontTools.ttLib import TTFont

    covered: list[frozenset[int]] = []
    for path in dict.fromkeys((file(prepared, regular(face)), file(prepared, bold(face)))):
        with TTFont(path, fontNumber=0, lazy=True) as opened:
            covered.append(frozenset(opened.getBestCmap()))
        if path.name == regular(face):
            break  # Noto's bold has what its regular has
    return frozenset.intersection(*covered)


def _write(source: Source, target: Path) -> None:
    if not source.path.is_file():
        raise FontsMissing(f"{source.path}: not found; install the Debian package {source.package}")
    unfinished = target.with_suffix(".part")
    if source.family:
        _extract(source, unfinished)
    else:
        shutil.copyfile(source.path, unfinished)
    unfinished.replace(target)


def _extract(source: Source, target: Path) -> None:
    from fontTools.ttLib import TTCollection

    with TTCollection(source.path, lazy=True) as faces:
        for face in faces:
            if face["name"].getDebugName(FAMILY_NAME_ID) == source.family:
                face.save(target)
                return
    raise FontsMissing(f"{source.path}: has no face named {source.family!r}; expected Debian's fonts-noto-cjk")


def main(argv: list[str] | None = None) -> int:
    """`python -m kiosk.screens.fonts --out DIR`."""
    parser = argparse.ArgumentParser(prog="kiosk.screens.fonts", description="Prepare the fonts of the screens.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the font files")
    try:
        for path in prepare(parser.parse_args(argv).out):
            print(f"fonts: wrote {path.name}")
    except (FontsMissing, OSError) as trouble:
        print(f"fonts: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
