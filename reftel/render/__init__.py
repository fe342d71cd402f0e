"""Results as tables for people and as JSON, CSV, Markdown and id lists for programs."""
