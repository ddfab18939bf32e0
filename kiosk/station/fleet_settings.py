"""The table `[fleet]` of a station: whose commands it believes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.model.limits import NOT_EMPTY
from kiosk.settings.convert import Fault, SettingsRefused
from kiosk.wire import key_id_of
from kiosk.wire.signing import BadKey, public_key


@dataclass(frozen=True, slots=True)
class FleetSettings:
    """Whose commands this station believes (`kiosk fleet keys`). Absent: nobody's; it tells how it is all the same."""

    public_keys: Annotated[tuple[Path, ...], NOT_EMPTY]
    """Files of the fleet's public keys; two while the fleet changes its key."""
    bundle_keys: tuple[Path, ...] = ()
    """Files of the public keys that sign new software. Empty: the fleet cannot change the software."""
    releases: Path | None = None
    """Folder in which `kiosk supervise` keeps the software, one folder a version."""

    def keys(self) -> dict[str, Ed25519PublicKey]:
        """The keys by the names that commands have for them. Raises `SettingsRefused`."""
        return _read(self.public_keys, "fleet.public_keys")

    def signers(self) -> Mapping[str, Ed25519PublicKey]:
        """Who may sign new software. Raises `SettingsRefused`."""
        return _read(self.bundle_keys, "fleet.bundle_keys")


def _read(paths: tuple[Path, ...], key: str) -> dict[str, Ed25519PublicKey]:
    found: dict[str, Ed25519PublicKey] = {}
    faults: list[Fault] = []
    for path in paths:
        try:
            one = public_key(path)
        except BadKey as bad:
            faults.append(Fault(str(path), key, "a public key as `kiosk fleet keys` writes it", str(bad)))
        except OSError as trouble:
            faults.append(Fault(str(path), key, "a file that can be read", trouble.strerror or "none"))
        else:
            found[key_id_of(one)] = one
    if faults:
        raise SettingsRefused(faults)
    return found
