-- An empty list of sensitive topics now says that an item is on none. Journals from before hold one where nothing was said.

UPDATE item_journal SET document = replace(document, '"sensitive_topics":[],', '')
WHERE document LIKE '%"sensitive_topics":[],%';
