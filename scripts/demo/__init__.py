"""What `penchant demo` and `penchant fetch-movielens` are made of."""

from pathlib import Path
from typing import Final

CONFIG: Final = Path(__file__).parent / "demo.toml"
"""Settings of the demo."""
