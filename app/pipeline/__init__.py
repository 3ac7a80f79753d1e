"""One request: sources, filters, backfill, scorer, reranker, explainer. The list stands in stages.py."""
