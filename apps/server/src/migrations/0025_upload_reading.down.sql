ALTER TABLE quadrax.uploads DROP COLUMN reading;
