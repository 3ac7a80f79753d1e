#!/bin/sh
# Writes constraints.txt: every package that Penchant and its extras need, at the newest versions
# that fit pyproject.toml, as pip resolves them in a clean environment. Called by `make lock`.
# Set TORCH_INDEX_URL to the CPU build's index where pip's own index would bring a CUDA build.
set -eu
cd "$(dirname "$0")/.."

torch_version=${TORCH_VERSION:-2.13.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${PYTHON:-python3}" -m venv "$work/venv"
pip="$work/venv/bin/python -m pip --disable-pip-version-check"
$pip install --upgrade pip setuptools
# shellcheck disable=SC2086 # the flag and its value are two words on purpose
$pip install --no-deps ${TORCH_INDEX_URL:+--index-url $TORCH_INDEX_URL} "torch==$torch_version"
$pip install --no-build-isolation --editable '.[benchmark,dev,milvus,multilingual,nightly,postgres,ray,telemetry]' "torch==$torch_version"

{
    echo "# Every version that Penchant is installed with. Written by \`make lock\`; do not edit."
    # A local version such as +cpu names one index's build: the pin must fit every build.
    $pip freeze --all --exclude-editable | sed 's/+.*$//'
} > "$work/constraints.txt"
mv "$work/constraints.txt" constraints.txt
