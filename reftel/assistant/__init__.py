"""The archive for assistants, over the Model Context Protocol; read only."""
