"""The words of the staff console, one file a language."""
