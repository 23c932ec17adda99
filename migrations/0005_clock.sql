-- What makes the history safe from clocks that are wrong.

-- Whether an answer of the vendor has confirmed first_seen: the clock of the first start may have been wrong.
ALTER TABLE application ADD COLUMN is_confirmed INTEGER NOT NULL DEFAULT 1;

-- What the total holds already of hours that are to be settled once more, because the clock was ahead when
-- they first were: the next gains make up for it, so that nothing is counted twice.
ALTER TABLE counter ADD COLUMN credit NOT NULL DEFAULT 0;

-- The present day of deleting old points. Times are those of stored buckets, not of any clock.
CREATE TABLE retention (
    granularity TEXT NOT NULL PRIMARY KEY,
    window_start INTEGER NOT NULL,   -- the newest bucket when the day began
    window_floor INTEGER NOT NULL    -- the oldest bucket at that time
) WITHOUT ROWID;
