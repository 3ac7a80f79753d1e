"""The framework's own ceiling: an endpoint that answers the same number of bytes, and does nothing else.

Run as a program, `python -m scripts.benchmarks.serving.ceiling PORT`: the path `/N` is answered with N bytes.
"""

from __future__ import annotations

import logging
import sys

import uvicorn
from fastapi import FastAPI, Response


def application() -> FastAPI:
    """The endpoint, in the framework that the service is made of, without any middleware."""
    app = FastAPI()

    @app.get("/{size}")
    async def answer(size: int) -> Response:
        return Response(b" " * size, media_type="application/json")

    return app


if __name__ == "__main__":
    uvicorn.run(application(), port=int(sys.argv[1]), access_log=False, log_level=logging.WARNING)
