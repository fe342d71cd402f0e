"""From a query's text to hits, facets and snippets."""
