"""What answers and learns: one generation of the catalogue and its people at a time."""
