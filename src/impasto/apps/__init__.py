"""Apps: the ways people reach Impasto."""
