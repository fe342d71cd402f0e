"""The query language: text to tokens to tree to checked tree to plan. Knows no engine."""
