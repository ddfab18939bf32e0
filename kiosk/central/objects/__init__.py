"""The digital store: files by their checksums, looked at again and again, shown to whom their rights allow."""
