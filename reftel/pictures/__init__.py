"""Pictures of results as SVG, each with the table that it shows: a timeline, a heat map, a map, a network of citations."""
