"""The one module that knows pygame: fonts, a window or a memory surface, and a painter of draw lists.

Only the parts of the screen that changed are painted. Everything that is slow to make (letters, round corners,
shadows, icons) is made once and kept, within a bound.
"""

from __future__ import annotations

import io
import logging
import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import assert_never

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame
from PIL import Image

from kiosk.model.circulation import Language
from kiosk.screens import icons, pictures
from kiosk.screens.damage import damage, meet
from kiosk.screens.fonts import IDEOGRAPHS, Face, bold, coverage, file, regular
from kiosk.screens.masking import MASK_COLOUR
from kiosk.screens.ops import Align, Box, DrawOp, Icon, Modules, Picture, Rect, Ring, Shadow, Text, Weight, extent
from kiosk.screens.runs import Run, Script, has_rtl, runs, script_of

ICONS = Path(__file__).with_name("icons")
PICTURES = Path(__file__).with_name("pictures")
CACHE_BYTES = 32 * 1024 * 1024
BYTES_A_PIXEL = 4
OVERSAMPLING = 4
BASELINE = 0.37
"""Half the height of a capital or an ideograph above the baseline, in ems: text is centred by it."""
SHADOW_INK = (110, 92, 60)
SHADOW_STRENGTH = 30

NO_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2">'
    '<circle cx="12" cy="12" r="9" /></svg>'
)
"""Drawn in place of a file that is not there: the words beside it say the same."""
log = logging.getLogger(__name__)

Colour = tuple[int, int, int, int]


FACES = {
    Script.ARABIC: Face.ARABIC,
    Script.HEBREW: Face.HEBREW,
    Script.THAI: Face.THAI,
    Script.DEVANAGARI: Face.DEVANAGARI,
}
SHAPING = {Face.ARABIC: "Arab", Face.HEBREW: "Hebr", Face.THAI: "Thai", Face.DEVANAGARI: "Deva"}
"""ISO 15924 codes, for HarfBuzz."""


class Fonts:
    """Every face in both weights and every size that was asked for.

    `folder` holds the files that `kiosk.screens.fonts` prepared. Where one of another face than the first is not
    there, the first takes its place; where that is not there either, what `fonts.file` finds.
    """

    def __init__(self, folder: Path) -> None:
        pygame.font.init()
        self._folder = folder
        self._faces = {face for face in Face if (folder / regular(face)).is_file() and (folder / bold(face)).is_file()}
        self._fonts: dict[tuple[Face, int, Weight, bool], pygame.font.Font] = {}
        self._covered: dict[Face, frozenset[int]] = {Face.SC: coverage(folder)}
        self.width = lru_cache(maxsize=8192)(self._width)
        self.has_glyph = lru_cache(maxsize=8192)(self._has_glyph)

    def font(self, face: Face, size: int, weight: Weight, rtl: bool = False) -> pygame.font.Font:
        """A face for one script and direction."""
        key = (face if face in self._faces else Face.SC, size, weight, rtl)
        if key not in self._fonts:
            name = regular(key[0]) if weight is Weight.REGULAR else bold(key[0])
            font = self._fonts[key] = pygame.font.Font(file(self._folder, name), size)
            if key[0] in SHAPING:
                font.set_script(SHAPING[key[0]])
            if rtl:
                font.set_direction(pygame.DIRECTION_RTL)
        return self._fonts[key]

    def of_run(self, run: Run, size: int, weight: Weight, language: Language = Language.ZH) -> pygame.font.Font:
        """The font of a run in a text of this language."""
        face = FACES.get(run.script) or IDEOGRAPHS.get(language, Face.SC)
        return self.font(face, size, weight, run.rtl)

    def _width(self, text: str, size: int, weight: Weight) -> int:
        """Ideographs are as wide in every language, and runs in whatever order."""
        return sum(self.of_run(run, size, weight).size(run.text)[0] for run in runs(text, has_rtl(text)))

    def _has_glyph(self, character: str) -> bool:
        """By the font's own table: pygame gives a width to what the font has not, too."""
        face = FACES.get(script_of(character), Face.SC)
        if face not in self._faces:
            face = Face.SC
        if face not in self._covered:
            self._covered[face] = coverage(self._folder, face)
        return ord(character) in self._covered[face]


class SurfaceCache:
    """Surfaces by what they show; the ones not used for the longest go first when the bound is reached."""

    def __init__(self, most_bytes: int = CACHE_BYTES) -> None:
        self._most = most_bytes
        self._held: OrderedDict[object, pygame.Surface] = OrderedDict()
        self.bytes = 0

    def get(self, key: object) -> pygame.Surface | None:
        surface = self._held.get(key)
        if surface is not None:
            self._held.move_to_end(key)
        return surface

    def put(self, key: object, surface: pygame.Surface) -> pygame.Surface:
        self._held[key] = surface
        self.bytes += _bytes(surface)
        while self.bytes > self._most and len(self._held) > 1:
            _, oldest = self._held.popitem(last=False)
            self.bytes -= _bytes(oldest)
        return surface


def _bytes(surface: pygame.Surface) -> int:
    return surface.get_width() * surface.get_height() * BYTES_A_PIXEL


class Painter:
    """Paints draw lists on one surface."""

    def __init__(self, surface: pygame.Surface, fonts: Fonts, pictures: Mapping[str, Path] | None = None) -> None:
        """`pictures` are a theme's own, by the names of ours that they replace."""
        self.surface = surface
        self._pictures = pictures or {}
        self._fonts = fonts
        self._cache = SurfaceCache()
        self._last: tuple[DrawOp, ...] = ()

    @property
    def cached_bytes(self) -> int:
        return self._cache.bytes

    def paint(self, draw_list: Sequence[DrawOp]) -> list[Box]:
        """Bring the surface from the last draw list to this one; returns the boxes that were painted."""
        whole = Box(0, 0, *self.surface.get_size())
        new = tuple(draw_list)
        boxes = damage(self._last, new, whole)
        for box in boxes:
            self.surface.set_clip(_rect(box))
            for op in new:
                if meet(extent(op), box):
                    self._draw(op)
        self.surface.set_clip(None)
        self._last = new
        return boxes

    def repaint(self, draw_list: Sequence[DrawOp]) -> None:
        """Paint everything."""
        self._last = ()
        self.paint(draw_list)

    def _draw(self, op: DrawOp) -> None:
        match op:
            case Rect():
                self._draw_rect(op)
            case Shadow():
                self._draw_shadow(op)
            case Text():
                self._draw_text(op)
            case Icon():
                self.surface.blit(self._icon(op), (op.box.x, op.box.y))
            case Ring(box, colour, edge, width, radius):
                pygame.draw.rect(self.surface, _colour(edge), _rect(box), width, radius)
                inner = _rect(box.inset(width // 3))
                pygame.draw.rect(self.surface, _colour(colour), inner, width * 2 // 3, max(0, radius - width // 3))
            case Picture(box, name):
                self.surface.blit(self._picture(name, box), (box.x, box.y))
            case Modules():
                self._draw_modules(op)
            case _:
                assert_never(op)

    def _draw_modules(self, op: Modules) -> None:
        side = min(op.box.w, op.box.h) // len(op.rows)
        left = op.box.x + (op.box.w - side * len(op.rows)) // 2
        top = op.box.y + (op.box.h - side * len(op.rows)) // 2
        colour = _colour(op.colour)
        for down, row in enumerate(op.rows):
            for across, module in enumerate(row):
                if module == "1":
                    self.surface.fill(colour, (left + across * side, top + down * side, side, side))

    def _draw_rect(self, op: Rect) -> None:
        if op.radius <= 0 and op.border is None:
            colour = _colour(op.fill)
            if colour[3] == 255:
                self.surface.fill(colour, _rect(op.box))
            else:
                self.surface.blit(self._plain(colour, op.box), (op.box.x, op.box.y))
            return
        if op.border is not None:
            self._round(op.box, op.radius, op.border)
            inner = op.box.inset(op.border_width)
            self._round(inner, max(0, op.radius - op.border_width), op.fill)
        else:
            self._round(op.box, op.radius, op.fill)

    def _plain(self, colour: Colour, box: Box) -> pygame.Surface:
        key = ("plain", colour, box.w, box.h)
        held = self._cache.get(key)
        if held is None:
            held = pygame.Surface((box.w, box.h), pygame.SRCALPHA)
            held.fill(colour)
            self._cache.put(key, held)
        return held

    def _round(self, box: Box, radius: int, fill: str) -> None:
        """A filled box with smooth corners: four cached corners and two fills."""
        radius = min(radius, box.w // 2, box.h // 2)
        colour = _colour(fill)
        if radius <= 0:
            self.surface.fill(colour, _rect(box))
            return
        self.surface.fill(colour, pygame.Rect(box.x + radius, box.y, box.w - 2 * radius, box.h))
        self.surface.fill(colour, pygame.Rect(box.x, box.y + radius, radius, box.h - 2 * radius))
        self.surface.fill(colour, pygame.Rect(box.right - radius, box.y + radius, radius, box.h - 2 * radius))
        disc = self._disc(radius, colour)
        for right, bottom in ((False, False), (True, False), (False, True), (True, True)):
            part = pygame.Rect(radius if right else 0, radius if bottom else 0, radius, radius)
            at = (box.right - radius if right else box.x, box.bottom - radius if bottom else box.y)
            self.surface.blit(disc, at, part)

    def _disc(self, radius: int, colour: Colour) -> pygame.Surface:
        key = ("disc", radius, colour)
        held = self._cache.get(key)
        if held is None:
            large = pygame.Surface((radius * 2 * OVERSAMPLING,) * 2, pygame.SRCALPHA)
            large.fill((*colour[:3], 0))
            middle = radius * OVERSAMPLING
            pygame.draw.circle(large, colour, (middle, middle), middle)
            held = self._cache.put(key, pygame.transform.smoothscale(large, (radius * 2, radius * 2)))
        return held

    def _draw_shadow(self, op: Shadow) -> None:
        """A soft shadow around a box, from nine parts of one small blurred square."""
        edge = op.radius + 2 * op.reach
        patch = self._shadow_patch(op.radius, op.reach)
        outer = Box(
            op.box.x - op.reach, op.box.y - op.reach + op.drop, op.box.w + 2 * op.reach, op.box.h + 2 * op.reach
        )
        edge = min(edge, outer.w // 2, outer.h // 2)
        side = patch.get_width()
        xs = (
            (outer.x, edge, 0, edge),
            (outer.x + edge, outer.w - 2 * edge, edge, 1),
            (outer.right - edge, edge, side - edge, edge),
        )
        ys = (
            (outer.y, edge, 0, edge),
            (outer.y + edge, outer.h - 2 * edge, edge, 1),
            (outer.bottom - edge, edge, side - edge, edge),
        )
        for x, width, from_x, take_w in xs:
            for y, height, from_y, take_h in ys:
                if width <= 0 or height <= 0 or (take_w == 1 and take_h == 1):
                    continue
                part = patch.subsurface(pygame.Rect(from_x, from_y, take_w, take_h))
                if take_w == 1 or take_h == 1:
                    key = ("shadow-edge", op.radius, op.reach, from_x, from_y, width, height)
                    held = self._cache.get(key)
                    part = held or self._cache.put(key, pygame.transform.scale(part, (width, height)))
                self.surface.blit(part, (x, y))

    def _shadow_patch(self, radius: int, reach: int) -> pygame.Surface:
        key = ("shadow", radius, reach)
        held = self._cache.get(key)
        if held is None:
            edge = radius + 2 * reach
            side = 2 * edge + 1
            patch = pygame.Surface((side, side), pygame.SRCALPHA)
            patch.fill((*SHADOW_INK, 0))
            inner = pygame.Rect(reach, reach, side - 2 * reach, side - 2 * reach)
            pygame.draw.rect(patch, (*SHADOW_INK, SHADOW_STRENGTH), inner, border_radius=radius)
            held = self._cache.put(key, pygame.transform.gaussian_blur(patch, max(1, reach // 2)))
        return held

    def _draw_text(self, op: Text) -> None:
        key = ("text", op.text, op.size, op.weight, op.colour, op.language, op.rtl)
        parts = [(run, self._fonts.of_run(run, op.size, op.weight, op.language)) for run in runs(op.text, op.rtl)]
        ascent = max(font.get_ascent() for _, font in parts)
        surface = self._cache.get(key)
        if surface is None:
            surface = self._cache.put(key, _lettered(parts, ascent, _colour(op.colour)))
        match op.align:
            case Align.LEFT:
                left = op.box.x
            case Align.CENTRE:
                left = op.box.x + (op.box.w - surface.get_width()) // 2
            case Align.RIGHT:
                left = op.box.right - surface.get_width()
        top = op.box.y + op.box.h // 2 + round(BASELINE * op.size) - ascent
        limit = extent(op)
        part = pygame.Rect(limit.x - left, limit.y - top, limit.w, limit.h)
        self.surface.blit(surface, (max(left, limit.x), max(top, limit.y)), part.clip(surface.get_rect()))

    def _icon(self, op: Icon) -> pygame.Surface:
        key = ("icon", op.name, op.colour, op.box.w, op.box.h, op.turn, op.mirrored)
        held = self._cache.get(key)
        if held is None:
            source = _source(ICONS / f"{op.name}.svg").replace("currentColor", op.colour[:7])
            if op.turn:
                source = source.replace(">", f'><g transform="rotate({op.turn} 12 12)">', 1).replace(
                    "</svg>", "</g></svg>"
                )
            drawn = _svg(source, op.box)
            held = self._cache.put(key, pygame.transform.flip(drawn, True, False) if op.mirrored else drawn)
        return held

    def _picture(self, name: str, box: Box) -> pygame.Surface:
        key = ("picture", name, box.w, box.h)
        held = self._cache.get(key)
        if held is None:
            held = self._cache.put(key, _illustration(self._pictures.get(name, PICTURES / f"{name}.svg"), box))
        return held


def _rect(box: Box) -> pygame.Rect:
    return pygame.Rect(box.x, box.y, box.w, box.h)


def missing_pictures() -> list[Path]:
    """Icons and pictures that are not there: each is drawn as a ring."""
    expected = [ICONS / f"{name}.svg" for name in icons.NAMES] + [PICTURES / f"{name}.svg" for name in pictures.NAMES]
    return [path for path in expected if not path.is_file()]


def _source(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        log.warning("the picture %s cannot be read (%s): a ring is drawn in its place", path, type(trouble).__name__)
        return NO_PICTURE.replace("currentColor", MASK_COLOUR) if path.parent == PICTURES else NO_PICTURE


def _lettered(parts: list[tuple[Run, pygame.font.Font]], ascent: int, colour: Colour) -> pygame.Surface:
    """Runs beside each other on one baseline, `ascent` pixels below the top."""
    drawn = [(font.render(run.text, True, colour), ascent - font.get_ascent()) for run, font in parts]
    if len(drawn) == 1:
        return drawn[0][0]
    width = sum(surface.get_width() for surface, _ in drawn)
    whole = pygame.Surface((width, max(surface.get_height() + top for surface, top in drawn)), pygame.SRCALPHA)
    whole.fill((*colour[:3], 0))
    left = 0
    for surface, top in drawn:
        whole.blit(surface, (left, top))
        left += surface.get_width()
    return whole


def _illustration(path: Path, box: Box) -> pygame.Surface:
    """An SVG or PNG file as large as it fits into the box, in its middle."""
    if path.suffix.lower() == ".svg":
        return _svg(_source(path), box)
    picture = pygame.image.load(str(path))
    scale = min(box.w / picture.get_width(), box.h / picture.get_height())
    size = max(1, round(picture.get_width() * scale)), max(1, round(picture.get_height() * scale))
    whole = pygame.Surface((max(1, box.w), max(1, box.h)), pygame.SRCALPHA)
    whole.blit(pygame.transform.smoothscale(picture, size), ((box.w - size[0]) // 2, (box.h - size[1]) // 2))
    return whole


def _svg(source: str, box: Box) -> pygame.Surface:
    size = (max(1, box.w), max(1, box.h))
    try:
        drawn = pygame.image.load_sized_svg(io.BytesIO(source.encode()), size)
    except pygame.error as trouble:
        log.warning("a picture is none (%s): a ring is drawn in its place", trouble)
        ring = NO_PICTURE.replace("currentColor", MASK_COLOUR)
        drawn = pygame.image.load_sized_svg(io.BytesIO(ring.encode()), size)
    # In the order of colours that a screen has: painting it is forty times as quick, and the same to the last pixel.
    return drawn.convert(pygame.Surface((1, 1), pygame.SRCALPHA, 32))


@lru_cache(maxsize=256)
def _colour(text: str) -> Colour:
    alpha = int(text[7:9], 16) if len(text) > 7 else 255
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16), alpha


def jpeg(surface: pygame.Surface, quality: int, scale: float) -> bytes:
    """The picture as a JPEG. `quality` 1 to 95, `scale` of its sides."""
    if scale != 1:
        width, height = surface.get_size()
        surface = pygame.transform.smoothscale(surface, (max(1, round(width * scale)), max(1, round(height * scale))))
    picture = Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def png(surface: pygame.Surface) -> bytes:
    """The picture as a PNG."""
    out = io.BytesIO()
    pygame.image.save(surface, out, "picture.png")
    return out.getvalue()
