-- How the file of an upload is to be read, where that was stated and is not to be guessed.
ALTER TABLE quadrax.uploads ADD COLUMN reading jsonb;
