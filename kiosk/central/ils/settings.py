"""Settings of the library's own system, the table `ils` of `central.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from kiosk.model.limits import NOT_EMPTY, PORT_NUMBER, within


@dataclass(frozen=True, slots=True)
class IlsSettings:
    """Where it is, and as whom central comes. With it, the ILS decides about loans."""

    profile: Path
    """Its maker's ways: one of `config/ils`, or your own."""
    host: Annotated[str, NOT_EMPTY] = "127.0.0.1"
    """Through an SSH tunnel or stunnel: the near end of it."""
    port: Annotated[int, PORT_NUMBER] = 6001
    tls: bool = False
    """Speak TLS, and check its certificate."""
    authority: Path | None = None
    """PEM of who signed its certificate, where the system's own list does not have it."""
    user: str = ""
    """CN."""
    password_file: Path | None = None
    """A file with CO."""
    location: str = ""
    """CP: service point or branch."""
    institution: str = ""
    """AO."""
    connections: Annotated[int, within(1, 64)] = 4
    """So many at once; each asks one thing at a time."""
    answer_s: Annotated[float, within(0.5, 60)] = 5.0
    """It may take so long for an answer."""
    patience_s: Annotated[float, within(0.5, 60)] = 5.0
    """A kiosk waits so long at most, however many ask before it."""
    keep_alive_s: Annotated[float, within(5, 3_600)] = 120.0
    """An idle connection says so often that it lives."""

    def __post_init__(self) -> None:
        if self.authority is not None and not self.tls:
            raise ValueError("expected tls where authority is set")
