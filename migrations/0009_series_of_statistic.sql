-- The series of one statistic, over all indices of an application: the index of the table's UNIQUE begins with what such
-- questions leave open. It has every column of the table, so that no row is looked up, and none of its entries could be
-- taken for a row of another table when a damaged file is read.
CREATE INDEX series_of_statistic ON series (application, statistic, index_name, key, api);
