-- Whether one of some words, with blanks between them, is a certain one but for a slip. A loop, because search asks it of
-- thousands of names: most words are told by their lengths and by how far they are apart, without another call.
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
