-- What a tutor must set before being listed and booked, in the order in which it is asked for. This alone decides who
-- is complete. The names are those of shared.domain.tutor_completeness.
CREATE OR REPLACE FUNCTION missing_settings(
    price int, is_free boolean, skills text[], online boolean, in_person boolean, individual boolean, groups boolean
) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_remove(ARRAY[
        CASE WHEN price <= 0 AND NOT is_free THEN 'price' END,
        CASE WHEN cardinality(skills) = 0 THEN 'subject' END,
        CASE WHEN NOT (online OR in_person) THEN 'form' END,
        CASE WHEN NOT (individual OR groups) THEN 'kind' END
    ], NULL)
$$;
