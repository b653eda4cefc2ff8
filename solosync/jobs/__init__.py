"""Work done in the background: Huey rings the bell, rows say what is to be done (design: a job
may run twice, and none is lost)."""
