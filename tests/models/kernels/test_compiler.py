"""What was compiled is thrown away where any source that went into it has changed."""

import shutil
import subprocess
import sys
from pathlib import Path

import models

PRODUCT = """
import numpy as np
from models.kernels.labels import nearness
one, first = np.full((1, 2), 2, np.float32), np.zeros(1, np.int32)
print(nearness((one, first), (one, first), (np.zeros(1, np.int64), first)).tolist())
"""


def printed(folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", PRODUCT], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_kernel_is_compiled_anew_where_a_function_of_another_file_changed(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    shutil.copytree(Path(models.__file__).parent, tmp_path / "models", ignore=shutil.ignore_patterns("__pycache__"))
    assert printed(tmp_path) == "[8.0]"
    source = tmp_path / "models" / "kernels" / "likeness.py"
    source.write_text(source.read_text().replace("one[place] * other[place]", "one[place]"))
    assert printed(tmp_path) == "[4.0]"
