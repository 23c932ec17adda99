-- What remote write has sent. A destination is named as in the configuration.

-- How far each series was accepted: every bucket that starts before sent_until was sent as
-- it is stored, or is named by remote_write_late. No row: nothing was sent yet.
CREATE TABLE remote_write_position (
    destination TEXT NOT NULL,
    granularity TEXT NOT NULL,
    series_id INTEGER NOT NULL,
    sent_until INTEGER NOT NULL, -- start of the first bucket that was not accepted yet
    PRIMARY KEY (destination, granularity, series_id)
) WITHOUT ROWID;

-- Buckets before the position that have changed since, to be sent again.
CREATE TABLE remote_write_late (
    destination TEXT NOT NULL,
    granularity TEXT NOT NULL,
    series_id INTEGER NOT NULL,
    time INTEGER NOT NULL,       -- start of the bucket
    PRIMARY KEY (destination, granularity, series_id, time)
) WITHOUT ROWID;
