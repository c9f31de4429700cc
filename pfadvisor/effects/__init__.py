"""What functions and calls do to places and resources."""
