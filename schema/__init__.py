"""What a cable is, and which fields it is searched by. Imports nothing heavy: no lxml, no Whoosh, no click."""
