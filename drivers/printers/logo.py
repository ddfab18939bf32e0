"""The library's picture at the top of each receipt: a PNG file made black and white for the paper, at the start."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, UnidentifiedImageError

from drivers.errors import BadSetting

LARGEST_BYTES = 4_000_000
LARGEST_SIDE_DOTS = 4_096
LARGEST_ROWS = 600
"""75 mm of paper."""


def load_logo(path: Path, width_dots: int) -> Image.Image:
    """The picture, dithered, in mode `1`, `width_dots` wide and at most `LARGEST_ROWS` high.

    A wider or higher one is made smaller; a narrower one stands in the middle. What is transparent is white. Raises
    `BadSetting` that says which file, what is wrong with it and what to do.
    """
    picture = _read(path)
    scale = min(1.0, width_dots / picture.width, LARGEST_ROWS / picture.height)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    small = picture.resize(size, Image.Resampling.LANCZOS) if scale < 1 else picture
    paper = Image.new("L", (width_dots, small.height), 255)
    paper.paste(small, ((width_dots - small.width) // 2, 0))
    return paper.convert("1", dither=Image.Dither.FLOYDSTEINBERG)


def _read(path: Path) -> Image.Image:
    """Shades of grey on white. The size is known before the dots are unpacked, so that a small file stays small."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _bad(path, f"it has more than {LARGEST_BYTES // 1_000_000} MB; save it smaller")
        with Image.open(path, formats=["PNG"]) as picture:
            if max(picture.size) > LARGEST_SIDE_DOTS:
                size = f"{picture.width} × {picture.height}"
                raise _bad(path, f"{size} dots are too many; save it with at most {LARGEST_SIDE_DOTS} a side")
            seen = picture.convert("RGBA")
    except UnidentifiedImageError:
        raise _bad(path, "it is no PNG picture; save it as PNG") from None
    except (OSError, SyntaxError, ValueError) as trouble:  # pillow raises SyntaxError for a PNG with a broken piece
        why = trouble.strerror if isinstance(trouble, OSError) and trouble.strerror else str(trouble)
        raise _bad(path, f"it cannot be read: {why}") from None
    white = Image.new("RGBA", seen.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, seen).convert("L")


def _bad(path: Path, why: str) -> BadSetting:
    return BadSetting(f"receipt logo {path}: {why}")
