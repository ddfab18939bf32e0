"""State → view model, a module for each kind of scene. Pure."""
