#!/usr/bin/env bash
# Writes anew what the clients take from the OpenAPI document. The tools are of no use otherwise and stay in build/.
#
#   PYTHON  an interpreter that has the server's packages (.venv/bin/python)
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
tools=build/clients
models=clients/python/penchant_client/models.py
mkdir -p "$tools"
[ -x "$tools/venv/bin/datamodel-codegen" ] || {
    "$python" -m venv "$tools/venv"
    "$tools/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'datamodel-code-generator==0.89.0'
}
PYTHONPATH=. "$python" clients/generate.py "$tools"
"$tools/venv/bin/datamodel-codegen" --input "$tools/answers.json" --input-file-type openapi --output "$models" \
    --output-model-type pydantic_v2.BaseModel --target-python-version 3.11 --formatters builtin --disable-timestamp \
    --use-standard-collections --use-union-operator --enum-field-as-literal all --use-type-alias \
    --use-schema-description --use-field-description --strict-nullable --use-double-quotes \
    --custom-file-header '"""What the service answers: written by clients/generate.sh from the OpenAPI document."""'
"$python" -m ruff format --quiet "$models"
(cd clients/typescript && npm ci --silent --no-audit --no-fund && npx openapi-typescript "../../$tools/openapi.json" --output src/schema.ts)
