"""Losses: what a picture is asked to be, one to a file."""
