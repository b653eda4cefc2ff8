"""The only SQL of the project. `engine` runs it; each noun has a module of functions that take a
`Tx` first; `migrations` make the tables."""
