"""The language in which callers say which items they want: text in, a mask over rows out (docs/guides/filters.md).

text -> syntax.py (lark, grammar.lark) -> reading.py (fields and their types) -> predicates.py (masks over columns)
"""
