"""From a source file to documents in an index."""
