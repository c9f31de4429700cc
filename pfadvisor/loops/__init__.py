"""Loops, their dependences and their verdicts."""
