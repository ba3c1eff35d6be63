"""Weights: where the numbers in the networks come from."""
