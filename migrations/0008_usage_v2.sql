-- Usage API v2: its registry, and what is known of its two endpoints. Its points, answers, freshness and refusals are
-- in the tables of the other statistics, under names that begin with billing_; an answer to '*' is not about them.

-- The metrics that the registry has listed; those that it lists no longer stay, because their series do.
CREATE TABLE billing_metric (
    application TEXT NOT NULL,
    name TEXT NOT NULL,          -- the vendor's; its series are called billing_ and this
    label TEXT NOT NULL,         -- for people; '' when the registry has none
    description TEXT NOT NULL,
    is_listed INTEGER NOT NULL,  -- whether the newest registry has it
    PRIMARY KEY (application, name)
) WITHOUT ROWID;

-- When the registry was last asked for, so that a restart does not ask again.
CREATE TABLE billing_registry (
    application TEXT NOT NULL PRIMARY KEY,
    asked_at INTEGER NOT NULL,
    is_served INTEGER NOT NULL   -- whether it was answered
) WITHOUT ROWID;

-- How far back billing metrics are served, where that is less than is wanted: vendor_horizon of Usage API v2.
CREATE TABLE billing_horizon (
    application TEXT NOT NULL,
    granularity TEXT NOT NULL,
    age INTEGER NOT NULL,        -- seconds from the start of the oldest range that is served to now
    reason TEXT NOT NULL,        -- for people
    tried_at INTEGER NOT NULL,   -- when something older was last asked for
    PRIMARY KEY (application, granularity)
) WITHOUT ROWID;

-- When the newest, already settled week of billing metrics was last asked for again.
CREATE TABLE billing_check (
    application TEXT NOT NULL,
    granularity TEXT NOT NULL,
    checked_at INTEGER NOT NULL,
    PRIMARY KEY (application, granularity)
) WITHOUT ROWID;
