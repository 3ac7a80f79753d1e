"""The equity audit: how a quarter served each group of people, and how it treated who provides the items."""
