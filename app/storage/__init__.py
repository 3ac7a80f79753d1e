"""Where the service keeps what it may not lose: one protocol per store, and DuckDB behind them.

`protocols.py` is all that the rest of the service knows; `duckdb.py` opens the implementation.
"""
