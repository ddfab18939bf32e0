"""What the screens of one library show, whatever the state."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.model.circulation import Language
from kiosk.model.floor import Floor
from kiosk.model.opening import Announcement, Opening
from kiosk.screens.theme import Theme


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """What the screens of one library show."""

    library_zh: str
    library_en: str
    motion: bool = True
    theme: Theme = field(default_factory=Theme)
    opening: Opening = field(default_factory=Opening)
    announcements: tuple[Announcement, ...] = ()
    speaks: bool = True
    """There is a voice to headphones, so that it is offered."""
    title_size: int = 100
    """Percent of the plain size that titles of books have."""
    floor: Floor | None = None
    """Where shelves are, as seen from this kiosk; without one, no map is shown."""

    def library(self, language: Language) -> str:
        """The library's name for readers of a language."""
        return self.library_zh if language in (Language.ZH, Language.ZH_HANT) else self.library_en
