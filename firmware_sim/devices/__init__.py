"""Simulated devices: each its physics and its end of one wire, written from the maker's manual alone."""
