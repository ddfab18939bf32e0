"""What a kiosk must not forget, in one SQLite file: the journal, the outbox towards central, and a cache of titles."""

from kiosk.ledger.failures import LedgerRefused, StorageFailure
from kiosk.ledger.ledger import Committed, Ledger
from kiosk.ledger.opening import Opened, OpenedKind, Origin, boot_id
from kiosk.ledger.outbox import Outbox
from kiosk.ledger.reading import LedgerFile
from kiosk.ledger.rehearsal import PowerCut
from kiosk.ledger.rows import StoredRow, as_object
from kiosk.ledger.verify import Problem, verify

__all__ = [
    "Committed",
    "Ledger",
    "LedgerFile",
    "LedgerRefused",
    "Opened",
    "OpenedKind",
    "Origin",
    "Outbox",
    "PowerCut",
    "Problem",
    "StorageFailure",
    "StoredRow",
    "as_object",
    "boot_id",
    "verify",
]
