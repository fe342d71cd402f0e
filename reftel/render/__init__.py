"""Results as tables, JSON, CSV, Markdown and id lists."""
