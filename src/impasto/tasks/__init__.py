"""Tasks: what Impasto can do with a picture, one job to a file."""
