"""The composition root: the one place where settings become a running service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import faiss
from fastapi import FastAPI
from threadpoolctl import threadpool_limits

from app.access.access import Access
from app.api.application import build
from app.api.state import State
from app.insights.telemetry.opening import open_tracing
from app.jobs import Jobs
from app.service import Service
from app.serving.embedder import Embedder
from app.settings import Settings
from app.storage.opening import open_stores
from indexer.embeddings import EmbeddingCache
from models.encoder import Encoder
from models.kernels.warm_up import warm_up


def create_app(settings: Settings, encoder: Encoder | None = None, jobs: Jobs | None = None) -> FastAPI:
    """The application; nothing is opened before its lifespan begins.

    Args:
        settings: all settings.
        encoder: used in place of the one that the settings name.
        jobs: that go on in this process beside the service's own.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        access = Access(settings.access, settings.data_dir, settings.http.host, settings.http.cors_origins)
        async with running(settings, encoder or settings.index.open_encoder(), jobs) as service:
            tracing = open_tracing(settings.insights.telemetry, service.meters)
            try:
                yield State(service=service, http=settings.http, access=access, meters=service.meters, tracing=tracing)
            finally:
                if tracing is not None:
                    await asyncio.to_thread(tracing.close)

    return build(lifespan, settings.http.cors_origins)


@asynccontextmanager
async def running(settings: Settings, encoder: Encoder, jobs: Jobs | None = None) -> AsyncIterator[Service]:
    """The service between its start and its end: stores open, snapshot taken up, and the next one watched for.

    Raises:
        StorageError: the database cannot be opened.
    """
    one_thread_a_search()
    stores = open_stores(settings.data_dir, settings.storage)
    embedder = Embedder(encoder, EmbeddingCache(settings.embedding_folder), settings.index.unread_from)
    try:
        service = Service(settings, stores, embedder, jobs)
        watching = await service.start()
        embedder.warm_up()
        await asyncio.to_thread(warm_up)
        try:
            yield service
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            await asyncio.to_thread(service.close)
    finally:
        embedder.close()
        stores.close()


def one_thread_a_search() -> None:
    """Searches and products of one request are too small to share out: threads that wait for each other cost more."""
    faiss.omp_set_num_threads(1)
    threadpool_limits(1)
