"""Settings of the copies that central hands out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from kiosk.model.limits import within


@dataclass(frozen=True, slots=True)
class CopiesSettings:
    """Copies of rules and of who is stopped, by which kiosks lend while central does not answer."""

    folder: Path
    """Where they are made, and where the key that signs them is kept (`signing.key`). Its other half, `signing.pub`,
    goes to the kiosks."""
    every_min: Annotated[int, within(1, 1_440)] = 30
    """Minutes after which a newer copy is made."""
