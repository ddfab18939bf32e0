"""The running gate controller: it hears gates, asks its copy of the ledger, rings, counts and remembers."""
