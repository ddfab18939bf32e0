"""What Alembic runs: migrations on the connection that `kiosk.database.schema` has opened, in its transaction."""

from __future__ import annotations

from alembic import context

from kiosk.fleet.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
