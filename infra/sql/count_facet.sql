-- Records how a change of tutors changes the facet counts. Changes are only appended, so that no transaction waits for
-- another. Once there are a thousand, they are added to the counts, unless another transaction is already doing so.
CREATE OR REPLACE FUNCTION count_facet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO facet_changes (kind, value, listed, complete)
        SELECT f.kind, f.value, sum(f.listed), sum(f.complete)
        FROM added t, facets_of(t.listed, t.is_complete, t.skills, t.location) f GROUP BY f.kind, f.value;
    ELSE
        INSERT INTO facet_changes (kind, value, listed, complete)
        SELECT kind, value, sum(listed), sum(complete) FROM (
            SELECT kind, value, -listed AS listed, -complete AS complete
            FROM facets_of(OLD.listed, OLD.is_complete, OLD.skills, OLD.location)
            UNION ALL
            SELECT * FROM facets_of(NEW.listed AND TG_OP = 'UPDATE', NEW.is_complete, NEW.skills, NEW.location)
        ) change GROUP BY kind, value HAVING sum(listed) <> 0 OR sum(complete) <> 0;
    END IF;
    IF EXISTS (SELECT FROM facet_changes OFFSET 1000) AND pg_try_advisory_xact_lock(7270431) THEN
        WITH noted AS (DELETE FROM facet_changes RETURNING *), summed AS (
            SELECT kind, value, sum(listed) AS listed, sum(complete) AS complete FROM noted GROUP BY kind, value
        ), updated AS (
            UPDATE facet_counts c SET listed = c.listed + summed.listed, complete = c.complete + summed.complete
            FROM summed WHERE c.kind = summed.kind AND c.value = summed.value RETURNING c.kind, c.value
        )
        INSERT INTO facet_counts (kind, value, listed, complete)
        SELECT * FROM summed WHERE (kind, value) NOT IN (SELECT kind, value FROM updated);
        DELETE FROM facet_counts WHERE listed = 0;
    END IF;
    RETURN NULL;
END $$;
