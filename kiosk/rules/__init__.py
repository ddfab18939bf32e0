"""Circulation rules as pure functions: no clock, no store. Whoever asks brings the facts and the instant."""
