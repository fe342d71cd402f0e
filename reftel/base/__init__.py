"""What every room stands on: how records are made, patterns compiled, files written and locked."""
