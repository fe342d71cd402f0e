"""What a person keeps beside an archive, searches, notes and lists; and the nightly run that reports on the searches."""
