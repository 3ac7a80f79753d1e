"""A process that serves holds little."""

import subprocess
import sys

PROGRAM = """
import sys, app.server
from app.memory import give_back, hold_little
hold_little()
import pyarrow as pa
assert pa.table({"numbers": pa.array([1, 2, 3])})["numbers"].to_pylist() == [1, 2, 3]
give_back()
sys.exit(", ".join(name for name in ("pandas", "torch") if name in sys.modules) or 0)
"""


def test_a_server_does_without_what_arrow_would_import() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
