"""Central's database: schema, migrations, and how it is opened."""

from kiosk.central.store.engine import BadDatabaseUrl, database_url, lazily, open_store, writing, writing_on
from kiosk.central.store.schema import NewerSchema, known_revisions, upgrade

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
