"""The one way in which a backup or its restoring fails."""

from __future__ import annotations

from kiosk.central.store import known_revisions


class BackupFailed(Exception):
    """It was not done, and nothing was changed; the text says why and what to do."""


def expect_known(revision: str) -> None:
    """Raise `BackupFailed` for a schema that this program does not know."""
    if revision not in known_revisions():
        raise BackupFailed(
            f"the backup has schema {revision}, which this version does not know: use a later version of this program"
        )
