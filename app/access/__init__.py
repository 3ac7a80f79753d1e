"""Who is calling, what they may ask for and how often, and what is kept of what operators did."""
