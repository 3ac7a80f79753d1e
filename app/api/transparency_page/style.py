"""How the page looks, and the headers that allow it to look so and nothing else."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #191c20; --soft: #59616c; --line: #dfe3e8;
  --track: #e6e9ee; --more: #2456d6; --less: #b3421f; --tint: #eaf0ff; --shade: 0 1px 2px #0f172a14 }
@media (prefers-color-scheme: dark) { :root { --page: #101317; --card: #191d23; --text: #e9ecf0; --soft: #a3acb8;
  --line: #2c323a; --track: #2a3038; --more: #86adff; --less: #ff9b7d; --tint: #1c2740; --shade: none } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.55 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.25rem 4rem }
h1 { font-size: clamp(1.8rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -.02em; margin: .3rem 0 1rem;
  text-wrap: balance }
h2 { font-size: 1.35rem; letter-spacing: -.01em; margin: 3rem 0 .25rem }
h3 { font-size: 1rem; margin: 0 }
p { margin: 0 }
ul, dl { list-style: none; margin: 0; padding: 0 }
dt { font-weight: 600 }
dd { margin: 0; color: var(--soft) }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; color: var(--soft) }
.mark { color: var(--more); font-weight: 600; font-size: .9rem }
.mark a { color: inherit }
.lead { font-size: 1.15rem; max-width: 44rem; margin-bottom: 1.75rem }
.intro { color: var(--soft); max-width: 44rem; margin-bottom: 1rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; box-shadow: var(--shade) }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .9rem }
.facts > * { padding: 1rem 1.15rem }
.facts .card dd, .facts .card p { margin-top: .2rem; color: var(--soft) }
.rows > li { display: grid; grid-template-columns: minmax(0, 1fr) 13rem 8rem; gap: .2rem 1.25rem; align-items: center;
  padding: .7rem 1.15rem; border-top: 1px solid var(--line) }
.rows > li:first-child { border-top: 0 }
.rows b { font-weight: 600 }
.rows .why { display: block; color: var(--soft); font-size: .92rem }
.rows .kept { color: var(--soft); font-size: .92rem; text-align: right }
.rows.plain > li { grid-template-columns: minmax(0, 1fr) 14rem }
.rows.terms > li { grid-template-columns: minmax(0, 1fr) 15rem }
.rows.steps > li { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) }
.card + .card.rows, h3.group { margin-top: 1.25rem }
h3.group { margin-bottom: .5rem }
.gauge { display: flex; align-items: center; gap: .7rem; font-variant-numeric: tabular-nums }
.gauge svg { flex: 1; height: .5rem; min-width: 3rem }
.facts .gauge { margin-top: .8rem }
.gauge span:empty { display: none }
.gauge span { min-width: 3.2rem; text-align: right; font-size: .92rem }
.fade { display: block; width: 100%; height: 2.6rem; margin-top: .75rem }
.track { fill: var(--track) }
.more { fill: var(--more) }
.less { fill: var(--less) }
.mode { padding: 1rem 1.15rem; margin-top: .9rem }
.mode > p { color: var(--soft); margin: .15rem 0 .8rem }
.mode ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .8rem 1.5rem }
.mode li { font-size: .95rem }
.mode li b { display: block; font-weight: 600 }
.mode li span { color: var(--soft) }
.mode.asked { background: var(--tint) }
.version { margin-top: 3rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .92rem }
.version dd { margin-bottom: .5rem }
@media (max-width: 40rem) {
  main { padding-top: 1.75rem }
  .rows > li, .rows.plain > li, .rows.terms > li, .rows.steps > li { grid-template-columns: minmax(0, 1fr) }
  .rows .kept { text-align: left }
}
@media print { body { background: #fff } .card { box-shadow: none; break-inside: avoid } }
""".strip()
_STYLE_HASH: Final = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept",
}
