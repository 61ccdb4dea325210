DROP TRIGGER memberships_updated ON auth.memberships;
DROP TRIGGER accounts_updated ON auth.accounts;
DROP FUNCTION auth.note_update();
ALTER TABLE auth.memberships DROP COLUMN updated_at;
ALTER TABLE auth.accounts DROP COLUMN updated_at;
