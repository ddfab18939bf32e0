"""Central's database: schema, migrations, and how it is opened."""

from kiosk.central.store.engine import BadDatabaseUrl, database_url, open_store, writing
from kiosk.central.store.schema import NewerSchema, upgrade

__all__ = ["BadDatabaseUrl", "NewerSchema", "database_url", "open_store", "upgrade", "writing"]
