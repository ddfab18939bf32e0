"""E-mail: one mail server for all that is sent, and the receipts that patrons want by it."""
