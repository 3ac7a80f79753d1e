"""Data sets from the files that people have: `load` finds out which kind a folder holds."""
