"""After the warm-up a request finds every kernel compiled: none is compiled again for other types."""

import importlib
import pkgutil

from models import kernels
from models.kernels.warm_up import warm_up


def compiled() -> dict[str, int]:
    """How many versions there are of each kernel that is called from outside of kernels."""
    modules = [
        importlib.import_module(f"models.kernels.{each.name}") for each in pkgutil.iter_modules(kernels.__path__)
    ]
    found = {name: each for module in modules for name, each in vars(module).items() if hasattr(each, "signatures")}
    return {name: len(each.signatures) for name, each in found.items()}


def test_every_kernel_is_compiled_by_the_warm_up():
    warm_up()
    entered = {"kept_of", "choose", "among", "bears", "best_of_groups", "hold", "carry"}
    entered |= {
        "first_filters",
        "merged",
        "terms_of",
        "aversions",
        "best_places",
        "gathered",
        "summed",
        "unlike",
        "add_weighted",
    }
    entered |= {"first_reasons", "nearness", "bounds_of"}
    assert {name for name, versions in compiled().items() if versions} >= entered
