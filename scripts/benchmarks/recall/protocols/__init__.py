"""The protocols, one a file, in the definitions of docs/benchmarks/recall.md."""

from typing import Final

from scripts.benchmarks.recall.protocols.cold_items import ColdItems
from scripts.benchmarks.recall.protocols.fixed_split import FixedSplit
from scripts.benchmarks.recall.protocols.leave_one_out import LeaveOneOut
from scripts.benchmarks.recall.protocols.time_split import TimeSplit
from scripts.benchmarks.recall.protocols.user_split import UserSplit
from scripts.benchmarks.recall.split import Protocol

PROTOCOLS: Final[dict[str, Protocol]] = {
    protocol.name: protocol for protocol in (UserSplit(), FixedSplit(), LeaveOneOut(), TimeSplit(), ColdItems())
}

__all__ = ["PROTOCOLS", "ColdItems", "FixedSplit", "LeaveOneOut", "TimeSplit", "UserSplit"]
