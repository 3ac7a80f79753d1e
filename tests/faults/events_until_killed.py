"""Run by tests: appends events to the log of a folder, one by one, and ends without closing it."""

import os
import sys
from pathlib import Path

from app.storage.duckdb import open_stores
from app.storage.protocols import NewEvent
from models.events import EventType

stores = open_stores(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    stores.events.append([NewEvent(f"e{number}", "ada", "rust", EventType.LIKE, 1.0, 1.0)]).result()
os._exit(9)
