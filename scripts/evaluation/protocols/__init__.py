"""The protocols, one a file, in the definitions of docs/benchmarks/recall.md."""

from typing import Final

from scripts.evaluation.protocols.cold_items import ColdItems
from scripts.evaluation.protocols.fixed_split import FixedSplit
from scripts.evaluation.protocols.leave_one_out import LeaveOneOut
from scripts.evaluation.protocols.time_split import TimeSplit
from scripts.evaluation.protocols.user_split import UserSplit
from scripts.evaluation.split import Protocol

PROTOCOLS: Final[dict[str, Protocol]] = {
    protocol.name: protocol for protocol in (UserSplit(), FixedSplit(), LeaveOneOut(), TimeSplit(), ColdItems())
}

__all__ = ["PROTOCOLS", "ColdItems", "FixedSplit", "LeaveOneOut", "TimeSplit", "UserSplit"]
