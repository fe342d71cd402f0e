"""The index on disk: writing, opening and reading Whoosh segments. Knows nothing of cables.

`open_writer` takes `Record` objects for the fields of a list of `FieldSpec`; `open_reader` gives them back as arrays over document
numbers. Nothing is imported here: the errors can be imported without Whoosh and NumPy.
"""
