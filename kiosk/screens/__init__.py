"""State → view model → draw list and semantic tree, pure; and the one module that paints (`paint`)."""
