-- That an item was seen is kept for as long as the events that say so would be.

ALTER TABLE seen_items ADD COLUMN seen_at TIMESTAMP;     -- by the event, as far as it was known

UPDATE seen_items SET seen_at = forgettings.made_at
FROM forgettings WHERE seen_items.kept_by = forgettings.number AND seen_items.user_id = forgettings.user_id;

UPDATE seen_items SET seen_at = make_timestamp(epoch_us(now())) WHERE seen_at IS NULL;
