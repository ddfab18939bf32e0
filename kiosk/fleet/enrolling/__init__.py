"""How a new station comes to its certificate: one-time codes, a small authority, and what the broker goes by."""
