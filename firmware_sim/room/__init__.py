"""The simulated room, without a clock, a lock or a wire: books, their tags, patron cards, and what lies on the pad."""
