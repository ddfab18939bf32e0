"""Backups of the store while central runs, and their way back."""

from kiosk.central.backup.failing import BackupFailed
from kiosk.central.backup.saving import backup, restore

__all__ = ["BackupFailed", "backup", "restore"]
