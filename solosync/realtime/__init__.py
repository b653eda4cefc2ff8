"""Live boards: one room for each board in use, its peers, and what they tell each other."""
