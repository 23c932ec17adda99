-- The list of indices that the Search API serves: what it says of each index beside its levels, which are series of
-- the api 'search'.

-- When the list was fetched.
CREATE TABLE index_list (
    application TEXT NOT NULL PRIMARY KEY,
    first_fetched INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL,     -- the newest time
    is_whole INTEGER NOT NULL        -- 0 when there were more indices than are asked for, or some without a usable name
) WITHOUT ROWID;

-- Every index that was ever listed, as the newest list that had it says.
CREATE TABLE index_inventory (
    application TEXT NOT NULL,
    index_name TEXT NOT NULL,
    primary_index TEXT NOT NULL,     -- the index whose replica it is, '' for a primary
    replicas TEXT NOT NULL,          -- a JSON array of names
    is_virtual INTEGER NOT NULL,
    entries,                         -- records; NULL where the list does not say, as the next two
    created_at INTEGER,
    updated_at INTEGER,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    gone_at INTEGER,                 -- when a whole list was first without it; NULL while it is listed
    PRIMARY KEY (application, index_name)
) WITHOUT ROWID;
