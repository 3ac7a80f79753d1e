-- Ids of people who were erased, for as long as what arrives late is refused: no id, only a digest under a secret.

CREATE TABLE erased_ids (
    digest VARCHAR NOT NULL,
    erased_at TIMESTAMP NOT NULL,
    refused_until TIMESTAMP NOT NULL,
    returned_at TIMESTAMP       -- since when what the person does is taken in again
);
