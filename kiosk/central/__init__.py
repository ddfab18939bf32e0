"""The central system: takes in the facts of every station, answers their questions, shows what is lent."""
