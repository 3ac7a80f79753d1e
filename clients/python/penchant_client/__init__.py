"""The Python client: calls are values, and two thin transports send them, one that waits and one that is awaited.

from penchant_client import Client, calls

with Client("http://127.0.0.1:8000", key="penchant_...") as penchant:
    slate = penchant.send(calls.recommend("ada", limit=5))
    print(slate.items[0].label)
"""

from penchant_client.batches import Unanswered
from penchant_client.client import AsyncClient, Client
from penchant_client.problems import ProblemError
from penchant_client.retries import Retries

__all__ = ["AsyncClient", "Client", "ProblemError", "Retries", "Unanswered"]
