"""Copies for a warehouse: events, people and items as Parquet, as far as the charter lets them leave."""
