"""How the audit's page looks, and the headers that allow it to look so and nothing else."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #191c20; --soft: #59616c; --line: #dfe3e8;
  --track: #e6e9ee; --plain: #2456d6; --met: #1b7f4b; --missed: #b3261e; --unclear: #8a6100 }
@media (prefers-color-scheme: dark) { :root { --page: #101317; --card: #191d23; --text: #e9ecf0; --soft: #a3acb8;
  --line: #2c323a; --track: #2a3038; --plain: #86adff; --met: #6fcf97; --missed: #ff8a80; --unclear: #f2c14e } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.55 system-ui, sans-serif }
main { max-width: 64rem; margin: 0 auto; padding: 3rem 1.25rem 4rem }
h1 { font-size: clamp(1.8rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -.02em; margin: .3rem 0 1rem }
h2 { font-size: 1.35rem; letter-spacing: -.01em; margin: 2.75rem 0 .25rem }
h3 { font-size: 1rem; margin: 0 }
p { margin: 0 }
ul { list-style: none; margin: 0; padding: 0 }
small { color: var(--soft); font-size: .85em }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; color: var(--soft) }
.mark { color: var(--plain); font-weight: 600; font-size: .9rem }
.lead { font-size: 1.15rem; max-width: 46rem; margin-bottom: 1.5rem }
.intro, .says { color: var(--soft); max-width: 46rem; margin-bottom: 1rem }
.says { font-size: .92rem; margin-bottom: .5rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1rem 1.15rem }
.cards { display: grid; gap: .9rem }
.missed h2 { margin: 0 0 .4rem; font-size: 1.1rem; color: var(--missed) }
.rows > li { display: grid; grid-template-columns: 13rem minmax(6rem, 1fr) 10.5rem 15.5rem; gap: .2rem 1rem;
  align-items: center; padding: .45rem 0; border-top: 1px solid var(--line); font-variant-numeric: tabular-nums }
.rows > li:first-child { border-top: 0 }
.rows b { font-weight: 600 }
.rows svg { width: 100%; height: 1.05rem; display: block }
.few { color: var(--soft); grid-column: 2 / -1 }
.axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .8rem; margin-left: 14rem;
  margin-right: 28rem }
.track { fill: var(--track) }
.range { fill: var(--plain); opacity: .45 }
.point, .share { fill: var(--plain) }
.merit { fill: var(--soft) }
.range.met, .point.met { fill: var(--met) }
.range.missed, .point.missed { fill: var(--missed) }
.range.unclear, .point.unclear { fill: var(--unclear) }
.badge { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .55rem; font-size: .82rem;
  white-space: nowrap }
.badge.met { color: var(--met) }
.badge.missed { color: var(--missed); font-weight: 600 }
.badge.unclear { color: var(--unclear) }
.badge.unknown { color: var(--soft) }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .95rem }
footer h2 { color: var(--text); margin-top: 1.5rem }
footer p { max-width: 46rem; margin-top: .6rem }
@media (max-width: 56rem) {
  main { padding-top: 1.75rem }
  .rows > li { grid-template-columns: minmax(0, 1fr) auto }
  .rows .who { grid-area: 1 / 1 / auto / -1 }
  .rows svg { grid-area: 2 / 1 / auto / -1 }
  .rows .value { grid-area: 3 / 1 / auto / -1 }
  .rows .ratio { grid-area: 4 / 1 / auto / -1 }
  .few { grid-column: 1 / -1 }
  .axis { margin: .2rem 0 0 }
}
@media print { body { background: #fff } .card { break-inside: avoid } }
""".strip()
_STYLE_HASH: Final = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
