-- The Monitoring API's points and incidents, and derived statistics.

-- A row for each reported point of servers and clusters.
CREATE VIEW minutely_points AS
WITH minutes (minute) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23), (24), (25), (26), (27), (28), (29), (30), (31), (32), (33), (34), (35), (36), (37), (38), (39), (40), (41), (42), (43), (44), (45), (46), (47), (48), (49), (50), (51), (52), (53), (54), (55), (56), (57), (58), (59))
SELECT application, index_name, statistic, key,
    strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch') AS time, unix_time, value
FROM (
    SELECT application, index_name, statistic, key, hour * 3600 + minute * 60 AS unix_time,
    CASE minute
        WHEN 0 THEN m00 WHEN 1 THEN m01 WHEN 2 THEN m02 WHEN 3 THEN m03
        WHEN 4 THEN m04 WHEN 5 THEN m05 WHEN 6 THEN m06 WHEN 7 THEN m07
        WHEN 8 THEN m08 WHEN 9 THEN m09 WHEN 10 THEN m10 WHEN 11 THEN m11
        WHEN 12 THEN m12 WHEN 13 THEN m13 WHEN 14 THEN m14 WHEN 15 THEN m15
        WHEN 16 THEN m16 WHEN 17 THEN m17 WHEN 18 THEN m18 WHEN 19 THEN m19
        WHEN 20 THEN m20 WHEN 21 THEN m21 WHEN 22 THEN m22 WHEN 23 THEN m23
        WHEN 24 THEN m24 WHEN 25 THEN m25 WHEN 26 THEN m26 WHEN 27 THEN m27
        WHEN 28 THEN m28 WHEN 29 THEN m29 WHEN 30 THEN m30 WHEN 31 THEN m31
        WHEN 32 THEN m32 WHEN 33 THEN m33 WHEN 34 THEN m34 WHEN 35 THEN m35
        WHEN 36 THEN m36 WHEN 37 THEN m37 WHEN 38 THEN m38 WHEN 39 THEN m39
        WHEN 40 THEN m40 WHEN 41 THEN m41 WHEN 42 THEN m42 WHEN 43 THEN m43
        WHEN 44 THEN m44 WHEN 45 THEN m45 WHEN 46 THEN m46 WHEN 47 THEN m47
        WHEN 48 THEN m48 WHEN 49 THEN m49 WHEN 50 THEN m50 WHEN 51 THEN m51
        WHEN 52 THEN m52 WHEN 53 THEN m53 WHEN 54 THEN m54 WHEN 55 THEN m55
        WHEN 56 THEN m56 WHEN 57 THEN m57 WHEN 58 THEN m58 WHEN 59 THEN m59
    END AS value
    FROM series JOIN minutely ON minutely.series_id = series.id CROSS JOIN minutes
)
WHERE value IS NOT NULL;

-- Hours before this are counted no more: they were deleted, and what was counted is not known.
ALTER TABLE application ADD COLUMN counted_from INTEGER NOT NULL DEFAULT 0;

-- What the vendor told about its clusters; kept when it forgets.
CREATE TABLE incident (
    application TEXT NOT NULL,
    cluster TEXT NOT NULL,
    time INTEGER NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (application, cluster, time, title)
) WITHOUT ROWID;

-- Billed search requests: search requests without those of Query Suggestions.
-- New points are derived when they are stored; these are derived from what is there.

INSERT INTO series (application, api, statistic, index_name, key)
SELECT application, api, 'billed_search_requests', index_name, key FROM series
WHERE api = 'usage' AND statistic = 'total_search_requests';

CREATE TEMP TABLE derivation AS
SELECT derived.id AS derived_id, total.id AS total_id, free.id AS free_id
FROM series AS derived
JOIN series AS total ON total.application = derived.application AND total.api = derived.api
    AND total.index_name = derived.index_name AND total.key = derived.key
    AND total.statistic = 'total_search_requests'
LEFT JOIN series AS free ON free.application = derived.application AND free.api = derived.api
    AND free.index_name = derived.index_name AND free.key = derived.key
    AND free.statistic = 'querysuggestions_total_search_requests'
WHERE derived.api = 'usage' AND derived.statistic = 'billed_search_requests';

INSERT INTO hourly
SELECT derived_id, total.day,
    total.h00 - coalesce(free.h00, 0), total.h01 - coalesce(free.h01, 0), total.h02 - coalesce(free.h02, 0),
    total.h03 - coalesce(free.h03, 0), total.h04 - coalesce(free.h04, 0), total.h05 - coalesce(free.h05, 0),
    total.h06 - coalesce(free.h06, 0), total.h07 - coalesce(free.h07, 0), total.h08 - coalesce(free.h08, 0),
    total.h09 - coalesce(free.h09, 0), total.h10 - coalesce(free.h10, 0), total.h11 - coalesce(free.h11, 0),
    total.h12 - coalesce(free.h12, 0), total.h13 - coalesce(free.h13, 0), total.h14 - coalesce(free.h14, 0),
    total.h15 - coalesce(free.h15, 0), total.h16 - coalesce(free.h16, 0), total.h17 - coalesce(free.h17, 0),
    total.h18 - coalesce(free.h18, 0), total.h19 - coalesce(free.h19, 0), total.h20 - coalesce(free.h20, 0),
    total.h21 - coalesce(free.h21, 0), total.h22 - coalesce(free.h22, 0), total.h23 - coalesce(free.h23, 0)
FROM derivation JOIN hourly AS total ON total.series_id = total_id
LEFT JOIN hourly AS free ON free.series_id = free_id AND free.day = total.day;

INSERT INTO daily
SELECT derived_id, total.day, total.value - coalesce(free.value, 0)
FROM derivation JOIN daily AS total ON total.series_id = total_id
LEFT JOIN daily AS free ON free.series_id = free_id AND free.day = total.day
WHERE total.value IS NOT NULL;

INSERT INTO counter
SELECT derived_id, max(total.total - coalesce(free.total, 0), 0)
FROM derivation JOIN counter AS total ON total.series_id = total_id
LEFT JOIN counter AS free ON free.series_id = free_id;

DROP TABLE derivation;

-- For a derived statistic, "answered" holds what its counter has counted.
INSERT OR IGNORE INTO answered
SELECT application, index_name, granularity, 'billed_search_requests', start, "end" FROM answered
WHERE granularity = 'hourly' AND statistic IN ('*', 'total_search_requests');
