"""Everything that runs the user's program."""
