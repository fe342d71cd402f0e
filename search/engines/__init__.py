"""What evaluates a plan: the engine over arrays and a small in-memory one that tests compare it with."""
