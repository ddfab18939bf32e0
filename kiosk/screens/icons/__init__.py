"""Icons of Lucide 1.62.0 (ISC, see LICENSE), drawn with `currentColor`."""
