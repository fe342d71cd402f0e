"""An archive in a cluster: how a run fills it, how it is copied to and from a folder."""
