-- Whether two words are equal except for one letter that is wrong, missing, added or swapped with its neighbour.
CREATE OR REPLACE FUNCTION is_one_edit_apart(word text, wanted text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE
        WHEN abs(char_length(word) - char_length(wanted)) > 1 THEN false
        ELSE CASE public.levenshtein_less_equal(word, wanted, 2)
            WHEN 0 THEN true
            WHEN 1 THEN true
            -- Two letters swapped count as two changes.
            WHEN 2 THEN EXISTS (
                SELECT FROM generate_series(1, char_length(wanted) - 1) AS at
                WHERE word = overlay(wanted PLACING reverse(substr(wanted, at, 2)) FROM at FOR 2)
            )
            ELSE false
        END
    END
$$;
