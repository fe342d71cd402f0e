"""The reading room: an archive in a browser, read only. Needs ``reftel[serve]``; `reftel.cli.serve` starts it."""
