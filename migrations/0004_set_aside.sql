-- What the vendor did not give, so that it is neither taken for absent nor asked for again and again.

-- Ranges that were answered with values that cannot be read, or refused though older ones are served. They are not
-- answered; they are asked for again once a day. Ranges of one statistic are disjoint; '*' stands for all of them.
CREATE TABLE set_aside (
    application TEXT NOT NULL,
    index_name TEXT NOT NULL,
    granularity TEXT NOT NULL,
    statistic TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,      -- exclusive
    reason TEXT NOT NULL,        -- for people
    tried_at INTEGER NOT NULL,
    PRIMARY KEY (application, index_name, granularity, statistic, start)
) WITHOUT ROWID;

-- How far back the vendor serves ranges, where that is less than is wanted.
CREATE TABLE vendor_horizon (
    application TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('application', 'index')),
    granularity TEXT NOT NULL,
    age INTEGER NOT NULL,        -- seconds from the start of the oldest range that is served to now
    reason TEXT NOT NULL,        -- for people
    tried_at INTEGER NOT NULL,   -- when something older was last asked for
    PRIMARY KEY (application, level, granularity)
) WITHOUT ROWID;

-- What is left of each application's quota, so that a restart does not spend it again.
CREATE TABLE quota (
    application TEXT NOT NULL PRIMARY KEY,
    tokens REAL NOT NULL,
    time REAL NOT NULL           -- seconds since 1970
) WITHOUT ROWID;
