"""One module for each dialect: how its elements look."""
