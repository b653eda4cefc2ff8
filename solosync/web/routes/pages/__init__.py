"""The pages of a browser. All work without JavaScript; with it, HTMX swaps what a form changes."""
