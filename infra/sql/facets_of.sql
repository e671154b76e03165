-- The facets in which a tutor is counted: all tutors, each skill, and the place. `listed` are the tutors that searches
-- find, `complete` those of them who can be booked, which is what facets count.
CREATE OR REPLACE FUNCTION facets_of(
    is_listed boolean, is_complete boolean, skills text[], location text,
    OUT kind text, OUT value text, OUT listed int, OUT complete int
) RETURNS SETOF record LANGUAGE sql IMMUTABLE AS $$
    SELECT facet.kind, facet.value, 1, is_complete::int FROM (
        SELECT 'tutor' AS kind, '' AS value
        UNION ALL SELECT 'skill', skill FROM unnest(skills) AS skill
        UNION ALL SELECT 'location', location WHERE location <> ''
    ) facet WHERE is_listed
$$;
