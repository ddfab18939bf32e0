"""What patrons read: every sentence in every language, for screens, receipts and other makers' self-checks."""
