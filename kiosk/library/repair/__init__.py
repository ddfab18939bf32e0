"""Repair of books, and what is copied for the digital store."""
