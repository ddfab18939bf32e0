"""The technician's bench: one page, and the JSON interface behind it."""
