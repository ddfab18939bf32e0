"""Doors that open for items alone: book-drops, smart shelves and lockers."""
