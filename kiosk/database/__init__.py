"""SQLite or PostgreSQL by URL, for whoever keeps rows on a server: engines, types of columns, migrations."""
