"""The gate's copy of the ledger: a file of keys, what was heard since, and how both are kept fresh."""
