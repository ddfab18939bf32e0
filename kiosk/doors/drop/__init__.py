"""A book-drop with a tray behind its flap: what happens, what is decided, what is ordered. Pure."""
