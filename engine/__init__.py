"""The index on disk: writing, opening and reading Whoosh segments. Knows nothing of cables."""
