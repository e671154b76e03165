-- Lower-case ASCII, with the parts of a double name as separate words. `unaccent` is only STABLE because its dictionary
-- could change; ours does not.
CREATE OR REPLACE FUNCTION fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(lower(public.unaccent('public.unaccent', value)), '-', ' ')
$$;
