"""The words of the screens, one file a language."""
