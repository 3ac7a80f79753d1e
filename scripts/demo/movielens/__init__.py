"""MovieLens 100K as Penchant's items, events and users: ``archive`` fetches, the other files convert."""
