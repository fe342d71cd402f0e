"""Readers of the containers that cables circulate in, one module a container."""
