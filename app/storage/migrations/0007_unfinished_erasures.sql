ALTER TABLE erased_ids ADD COLUMN unfinished BOOLEAN;    -- whether bytes may be left; NULL of what was erased before this version
