-- Statistics whose data make the vendor's answers fail.

-- Whether every answer that has the range fails, so that the rest is asked for without it. A row that ends after
-- tried_at is about the live tail, and grows until an answer succeeds.
ALTER TABLE set_aside ADD COLUMN breaks_answers INTEGER NOT NULL DEFAULT 0;
