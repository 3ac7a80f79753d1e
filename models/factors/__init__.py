"""Factor learning: from interactions and content vectors to item vectors that carry behaviour, in closed form."""
