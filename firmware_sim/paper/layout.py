"""Finds where words lie on a strip: lines between blank rows, fields between wide gaps, blobs between blank columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL import Image

RULE_DOTS = 100
"""A run of black longer than any stroke of a letter is a rule or a picture's edge."""

_LONG_RUN = re.compile(f"1{{{RULE_DOTS},}}")

THINNEST_LINE = 6
"""Rows of black that are no words: what is left of a rule, a row of dashes."""

HIGHEST_LINE = 80
"""Rows of black that are a picture, a QR code or a barcode: the largest words are 64 dots an em."""

FIELD_GAP_HEIGHTS = 1.8
"""A gap wider than the words are high parts two fields, a title and its date for instance."""
LEAST_FIELD_GAP = 24

MERGED_GAP = 5
"""Rows of white within one character: between the strokes of 二 and the dots of a colon."""


THIN_SPAN = 10
HIGHEST_MERGED = 60


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, not including, `end`; dots."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """Dots from start to end."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Field:
    """Words that belong together, cut out with no white around them. `left` and `top` on the strip, in dots."""

    left: int
    top: int
    picture: Image.Image
    blobs: tuple[Span, ...]
    """Runs of columns with black in them."""


def lines_of(width: int, rows: bytes) -> list[list[Field]]:
    """The lines of words on a strip, each the fields from left to right. `rows` as in `Strip`."""
    size = (width + 7) // 8
    values = [_without_rules(rows[at : at + size]) for at in range(0, len(rows), size)]
    lines: list[list[Field]] = []
    for span in _merged(_runs([value != 0 for value in values])):
        if THINNEST_LINE <= span.size <= HIGHEST_LINE:
            block = b"".join(value.to_bytes(size) for value in values[span.start : span.end])
            if len(set(values[span.start : span.end])) > 1:
                lines.append(_fields(Image.frombytes("1", (8 * size, span.size), block), span.start))
    return lines


def _without_rules(row: bytes) -> int:
    value = int.from_bytes(row)
    return int(_LONG_RUN.sub(lambda run: "0" * len(run[0]), f"{value:b}"), 2)


def _fields(block: Image.Image, top: int) -> list[Field]:
    blobs = _runs(_inked_columns(block))
    if not blobs:
        return []
    gap = max(LEAST_FIELD_GAP, FIELD_GAP_HEIGHTS * block.height)
    groups = [[blobs[0]]]
    for blob in blobs[1:]:
        if blob.start - groups[-1][-1].end > gap:
            groups.append([])
        groups[-1].append(blob)
    return [_field(block, top, group) for group in groups]


def _field(block: Image.Image, top: int, group: list[Span]) -> Field:
    left, right = group[0].start, group[-1].end
    picture = block.crop((left, 0, right, block.height))
    box = picture.getbbox()
    assert box is not None, "a run of inked columns has ink"
    picture = picture.crop((0, box[1], picture.width, box[3]))
    return Field(left, top + box[1], picture, tuple(Span(blob.start - left, blob.end - left) for blob in group))


def _inked_columns(picture: Image.Image) -> list[bool]:
    turned = picture.transpose(Image.Transpose.TRANSPOSE)
    size = (turned.width + 7) // 8
    data = turned.tobytes()
    return [any(data[at : at + size]) for at in range(0, len(data), size)]


def _runs(inked: list[bool]) -> list[Span]:
    """Runs of True."""
    spans: list[Span] = []
    start: int | None = None
    for place, black in enumerate([*inked, False]):
        if black and start is None:
            start = place
        elif not black and start is not None:
            spans.append(Span(start, place))
            start = None
    return spans


def _merged(spans: list[Span]) -> list[Span]:
    """Thin spans join a close neighbour: the two strokes of 二 are one line, and so is a text of dots and bars."""
    merged: list[Span] = []
    for span in spans:
        if merged and _belongs(merged[-1], span):
            merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged


def _belongs(above: Span, below: Span) -> bool:
    thin = min(above.size, below.size)
    return (
        thin <= THIN_SPAN
        and below.start - above.end <= max(MERGED_GAP, 2 * thin)
        and below.end - above.start <= HIGHEST_MERGED
    )
