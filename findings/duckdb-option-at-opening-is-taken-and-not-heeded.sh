#!/usr/bin/env bash
# duckdb 2.0.0: `disabled_compression_methods`, given where a file is opened, is taken without a word and changes nothing.
#
# Guess: an option in `connect(config=...)` holds for the file that is opened, or the opening fails.
# Seen:  the option is accepted (an unknown one or an unknown method is refused), `duckdb_settings()` shows it as empty, and
#        texts are packed as ever: of 200 ids that stand in the table, a search of the file's bytes finds a handful. The same
#        by `SET GLOBAL` after opening is heeded, and all 200 are found. Whoever searches files for what must not be there
#        (an erased person's id) is told "not found" of people who are there.
#
# Output seen:
#   at opening: setting '', stored as DICT_FSST, 3 of 200 ids found in the file
#   by SET GLOBAL: setting 'FSST,ZSTD,DICT_FSST', stored as Uncompressed, 200 of 200 ids found in the file
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check duckdb==2.0.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

METHODS = "fsst,dict_fsst,zstd"


def stored(name, config, then=None):
    connection = duckdb.connect(f"{name}.duckdb", config=config)
    if then:
        connection.execute(then)
    (told,) = connection.execute("SELECT value FROM duckdb_settings() WHERE name = 'disabled_compression_methods'").fetchone()
    connection.execute("CREATE TABLE people AS SELECT 'person-' || n % 20000 AS id, n FROM range(400000) AS numbers(n)")
    connection.execute("CHECKPOINT")
    rows = connection.execute(
        "SELECT DISTINCT compression FROM pragma_storage_info('people') WHERE column_name = 'id' AND segment_type = 'VARCHAR'"
    ).fetchall()
    connection.close()
    with open(f"{name}.duckdb", "rb") as file:
        found = file.read()
    return told, ",".join(method for (method,) in rows), sum(f"person-{n}".encode() in found for n in range(200))


opening = stored("opening", {"disabled_compression_methods": METHODS})
setting = stored("setting", {}, f"SET GLOBAL disabled_compression_methods = '{METHODS}'")
for how, (told, method, found) in (("at opening", opening), ("by SET GLOBAL", setting)):
    print(f"{how}: setting {told!r}, stored as {method}, {found} of 200 ids found in the file")
assert opening[0] == "" and opening[2] < 20, "the option is heeded at opening now"
assert setting[2] == 200, "SET GLOBAL is not heeded now"
try:
    duckdb.connect("refused.duckdb", config={"disabled_compression_methods": "no_such_method"})
except duckdb.Error:
    pass
else:
    raise AssertionError("an unknown method is no longer refused")
PYTHON
