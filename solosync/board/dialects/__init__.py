"""One module for each kind of board: how its JSON is read, laid out in the document, and shown."""
