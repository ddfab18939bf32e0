"""Keypads for who does not look at the screen: a handful of keys, and a socket for headphones."""
