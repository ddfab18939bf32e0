"""Central's database: schema, migrations, and how it is opened."""

from kiosk.central.store.schema import NewerSchema, known_revisions, upgrade
from kiosk.database.engine import BadDatabaseUrl, database_url, lazily, open_store, writing, writing_on

__all__ = [
    "BadDatabaseUrl",
    "NewerSchema",
    "database_url",
    "known_revisions",
    "lazily",
    "open_store",
    "upgrade",
    "writing",
    "writing_on",
]
