"""What evaluates a plan: the Whoosh engine and a small in-memory one that tests compare it with."""
