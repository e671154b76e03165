-- Whether one of some space-separated words is the wanted one, or one typing mistake away from it. A loop, because
-- search calls this for thousands of names: most words are decided by length and edit distance, without another call.
CREATE OR REPLACE FUNCTION has_similar_word(words text, wanted text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    word text;
BEGIN
    FOREACH word IN ARRAY string_to_array(words, ' ') LOOP
        CONTINUE WHEN abs(char_length(word) - char_length(wanted)) > 1;
        CONTINUE WHEN public.levenshtein_less_equal(word, wanted, 2) > 2;
        IF is_one_edit_apart(word, wanted) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;
