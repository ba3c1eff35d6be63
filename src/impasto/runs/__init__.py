"""Runs: a job in a folder, which can be watched, stopped, resumed and repeated."""
