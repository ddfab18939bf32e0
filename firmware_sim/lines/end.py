"""What a line needs of the thing that a host opens."""

from __future__ import annotations

from typing import Protocol


class End(Protocol):
    """The device's end of a pseudo-terminal or a socket. One thread uses it."""

    @property
    def address(self) -> str:
        """What a host opens."""
        ...

    def plug_in(self) -> None:
        """Make the address there to be opened."""
        ...

    def pull_out(self) -> None:
        """Take the address away, under a host that has it open, too."""
        ...

    def host_is_there(self) -> bool:
        """Whether a host has it open; takes one in where one waits."""
        ...

    def watched(self) -> list[int]:
        """Descriptors that become readable when something happens."""
        ...

    def recheck_s(self) -> float | None:
        """How soon to look again although nothing became readable; None: no need."""
        ...

    def read(self, limit: int) -> bytes | None:
        """What the host has sent, at most `limit` bytes; None when it has gone."""
        ...

    def write(self, data: bytes) -> None:
        """Give bytes to the host; lost if it is not there or does not take them."""
        ...

    def forget_host(self) -> None:
        """The host has gone: leave nothing of it to the next one."""
        ...
