"""Which vector engine finds candidates, and how long it is waited for."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, SecretStr, model_validator

from indexer.engines.engine import VectorEngine
from models.config import Config


class EngineKind(StrEnum):
    """Engines by name."""

    FAISS = "faiss"
    PGVECTOR = "pgvector"
    MILVUS = "milvus"


class EngineSettings(Config):
    """What finds candidates: the index that a snapshot carries, or an engine beyond this process."""

    kind: EngineKind = EngineKind.FAISS
    """`faiss` for the snapshot's own index; `pgvector` (extra `postgres`) or `milvus` (extra `milvus`) for a server."""

    address: SecretStr | None = None
    """Of the server: `postgresql://user:password@host/database`, or `http://host:19530`."""

    token: SecretStr | None = None
    """`user:password` or a key for Milvus, where it asks for one."""

    prefix: str = Field(default="penchant", pattern=r"^[a-z][a-z0-9]{0,15}$")
    """Of the names of tables or collections; no two installations may share one on the same server."""

    timeout_seconds: float = Field(default=0.5, gt=0, allow_inf_nan=False)
    """Seconds that a search is waited for."""

    retry_seconds: float = Field(default=5.0, gt=0, allow_inf_nan=False)
    """Seconds after a failure in which the engine is not asked."""

    write_seconds: float = Field(default=30.0, gt=0, allow_inf_nan=False)
    """Seconds that a change, or one step of publishing, may take; indexing takes as long as it does."""

    connections: int = Field(default=8, ge=1)
    """Searches that are under way at the same time; further ones wait."""

    own_index: bool = True
    """Whether the snapshot's own index is opened too and answers while the engine does not; without it such requests
    are refused with 503, and the index takes no memory."""

    most_excluded: int = Field(default=10_000, ge=0)
    """Excluded items that a search names to the engine; of further ones, those that come back are left out then."""

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        if self.kind is not EngineKind.FAISS and self.address is None:
            raise ValueError(f"address is missing: kind is {self.kind}")
        if self.kind is EngineKind.FAISS and not self.own_index:
            raise ValueError("own_index is off, and kind is faiss: nothing would find candidates")
        return self

    def open(self, timeout: float) -> VectorEngine | None:
        """The engine, which connects when it is asked first; None where the snapshot's own index is all there is.

        Args:
            timeout: seconds that a call may take.

        Raises:
            EngineMissingError: what it needs is not installed.
        """
        address = self.address.get_secret_value() if self.address else ""
        if self.kind is EngineKind.PGVECTOR:
            from indexer.engines.pgvector import PgvectorEngine  # noqa: PLC0415 - an extra

            return PgvectorEngine(address, self.prefix, timeout, self.connections)
        if self.kind is EngineKind.MILVUS:
            from indexer.engines.milvus import MilvusEngine  # noqa: PLC0415 - an extra

            token = self.token.get_secret_value() if self.token else ""
            return MilvusEngine(address, self.prefix, timeout, token)
        return None
