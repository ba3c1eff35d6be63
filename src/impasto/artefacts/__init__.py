"""Artefacts: obtaining a published file by name and hash, from whichever source answers."""
