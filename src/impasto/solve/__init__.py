"""Solve: the one loop that paints, and what it needs."""
