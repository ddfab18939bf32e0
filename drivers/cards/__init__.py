"""Patron cards through the PC/SC service."""
