-- The catalogue, of one bucket.
SELECT
    item_id, document ->> '$.title' AS title, document ->> '$.text' AS text, (document -> '$.tags')::VARCHAR[] AS tags,
    document ->> '$.format' AS format, document ->> '$.language' AS language, document ->> '$.provider' AS provider,
    document ->> '$.url' AS url,
    (document ->> '$.published_at')::TIMESTAMP AS published_at,
    (document ->> '$.expires_at')::TIMESTAMP AS expires_at,
    (document -> '$.sensitive_topics')::VARCHAR[] AS sensitive_topics,
    {attributes} AS attributes
FROM catalogue
WHERE hash(item_id) % $buckets = $bucket
