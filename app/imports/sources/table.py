"""Every source, by its name, in the order in which a file is looked at. To add one, write its file and add its line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.imports.sources.algolia import ALGOLIA
from app.imports.sources.feeds import ATOM, RSS
from app.imports.sources.ga4 import GA4
from app.imports.sources.gorse import GORSE
from app.imports.sources.jsonfeed import JSONFEED
from app.imports.sources.merchant import MERCHANT
from app.imports.sources.metarank import METARANK
from app.imports.sources.movielens import MOVIELENS
from app.imports.sources.personalize import PERSONALIZE
from app.imports.sources.recombee import RECOMBEE
from app.imports.sources.segment import SEGMENT
from app.imports.sources.shopify import SHOPIFY
from app.imports.sources.snowplow import SNOWPLOW
from app.imports.sources.source import Source

_ALL: Final[tuple[Source, ...]] = (
    GORSE,
    PERSONALIZE,
    GA4,
    METARANK,
    SEGMENT,
    ALGOLIA,
    SNOWPLOW,
    RECOMBEE,
    MOVIELENS,
    RSS,
    ATOM,
    JSONFEED,
    MERCHANT,
    SHOPIFY,
)

SOURCES: Final[Mapping[str, Source]] = {source.name: source for source in _ALL}
