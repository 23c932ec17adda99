-- The history of one or many applications.
--
-- Times are Unix seconds, days are days since 1970-01-01 UTC, '' stands for
-- "no index" and "no key". Value columns have no type on purpose: an integral
-- value is stored as INTEGER, any other as REAL, and NULL means not reported.

CREATE TABLE application (
    id TEXT NOT NULL PRIMARY KEY,
    first_seen INTEGER NOT NULL  -- counters count from the first hour that begins after it
) WITHOUT ROWID;

CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    application TEXT NOT NULL,
    api TEXT NOT NULL,
    statistic TEXT NOT NULL,
    index_name TEXT NOT NULL,
    key TEXT NOT NULL,           -- server, region or cluster
    UNIQUE (application, api, index_name, statistic, key)
);

-- Packed rows: a row a day (an hour for minutely) instead of a row a point is a
-- quarter of the size and several times faster, and still plain SQL.

CREATE TABLE hourly (
    series_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    h00, h01, h02, h03, h04, h05, h06, h07, h08, h09, h10, h11,
    h12, h13, h14, h15, h16, h17, h18, h19, h20, h21, h22, h23,
    PRIMARY KEY (series_id, day)
) WITHOUT ROWID;

CREATE TABLE daily (
    series_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    value,
    PRIMARY KEY (series_id, day)
) WITHOUT ROWID;

CREATE TABLE minutely (
    series_id INTEGER NOT NULL,
    hour INTEGER NOT NULL,       -- hours since 1970-01-01T00:00:00Z
    m00, m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11,
    m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
    m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35,
    m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47,
    m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59,
    PRIMARY KEY (series_id, hour)
) WITHOUT ROWID;

-- What was asked, answered and settled, for each statistic by itself;
-- statistic '*' stands for all of them at once. Disjoint, merged ranges.
-- Everything that is still to be fetched is the difference to this table.
CREATE TABLE answered (
    application TEXT NOT NULL,
    index_name TEXT NOT NULL,
    granularity TEXT NOT NULL,
    statistic TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,      -- exclusive
    PRIMARY KEY (application, index_name, granularity, statistic, start)
) WITHOUT ROWID;

-- Where every statistic that the plan serves is answered: the intersection of
-- the rows above, kept in the same transaction.
CREATE TABLE coverage (
    application TEXT NOT NULL,
    index_name TEXT NOT NULL,
    granularity TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,      -- exclusive
    PRIMARY KEY (application, index_name, granularity, start)
) WITHOUT ROWID;

-- The newest fetch of the live tail, for each statistic or '*'.
CREATE TABLE freshness (
    application TEXT NOT NULL,
    index_name TEXT NOT NULL,
    granularity TEXT NOT NULL,
    statistic TEXT NOT NULL,
    tail_start INTEGER NOT NULL,     -- from here to fetched_at the answer was provisional
    complete_until INTEGER NOT NULL, -- end of the newest bucket fetched after its end
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (application, index_name, granularity, statistic)
) WITHOUT ROWID;

-- Statistics (or the wildcard '*') that the plan refuses.
CREATE TABLE refusal (
    application TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('application', 'index')),
    statistic TEXT NOT NULL,
    refused_at INTEGER NOT NULL,
    PRIMARY KEY (application, level, statistic)
) WITHOUT ROWID;

-- When the newest, already settled week was last asked for again.
CREATE TABLE revision_check (
    application TEXT NOT NULL,
    index_name TEXT NOT NULL,
    granularity TEXT NOT NULL,
    checked_at INTEGER NOT NULL,
    PRIMARY KEY (application, index_name, granularity)
) WITHOUT ROWID;

-- Totals of count statistics; every settled hour is added exactly once.
CREATE TABLE counter (
    series_id INTEGER PRIMARY KEY REFERENCES series (id),
    total NOT NULL
);

-- A row for each reported point.

CREATE VIEW hourly_points AS
WITH hours (hour) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23))
SELECT application, index_name, statistic, key,
    strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch') AS time, unix_time, value
FROM (
    SELECT application, index_name, statistic, key, day * 86400 + hour * 3600 AS unix_time,
    CASE hour
        WHEN 0 THEN h00 WHEN 1 THEN h01 WHEN 2 THEN h02 WHEN 3 THEN h03
        WHEN 4 THEN h04 WHEN 5 THEN h05 WHEN 6 THEN h06 WHEN 7 THEN h07
        WHEN 8 THEN h08 WHEN 9 THEN h09 WHEN 10 THEN h10 WHEN 11 THEN h11
        WHEN 12 THEN h12 WHEN 13 THEN h13 WHEN 14 THEN h14 WHEN 15 THEN h15
        WHEN 16 THEN h16 WHEN 17 THEN h17 WHEN 18 THEN h18 WHEN 19 THEN h19
        WHEN 20 THEN h20 WHEN 21 THEN h21 WHEN 22 THEN h22 WHEN 23 THEN h23
    END AS value
    FROM series JOIN hourly ON hourly.series_id = series.id CROSS JOIN hours
)
WHERE value IS NOT NULL;

CREATE VIEW daily_points AS
SELECT application, index_name, statistic, key,
    strftime('%Y-%m-%dT%H:%M:%SZ', day * 86400, 'unixepoch') AS time, day * 86400 AS unix_time, value
FROM series JOIN daily ON daily.series_id = series.id
WHERE value IS NOT NULL;
