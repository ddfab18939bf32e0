"""Notices to patrons: overdue, due soon, ready on the hold shelf. Queued in the database, and none is sent twice."""
