"""A real server under load and faults, for as long as somebody likes: what ``penchant soak`` runs."""
