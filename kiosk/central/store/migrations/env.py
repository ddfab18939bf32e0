"""What Alembic runs: migrations on the connection that `kiosk.central.store.schema` has opened, in its transaction."""

from __future__ import annotations

from alembic import context

from kiosk.central.store.every_table import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
