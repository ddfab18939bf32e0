"""Security gates."""
