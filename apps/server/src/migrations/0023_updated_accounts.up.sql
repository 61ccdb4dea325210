-- A member, and one's own account, are changed by whoever has read how they are now: both say when they last changed.
ALTER TABLE auth.accounts ADD COLUMN updated_at timestamptz(3) NOT NULL DEFAULT now();
ALTER TABLE auth.memberships ADD COLUMN updated_at timestamptz(3) NOT NULL DEFAULT now();

CREATE FUNCTION auth.note_update() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  -- Later than before, also within one millisecond: the ETag must change.
  NEW.updated_at := GREATEST(now(), OLD.updated_at + interval '1 ms');
  RETURN NEW;
END
$$;
CREATE TRIGGER accounts_updated BEFORE UPDATE ON auth.accounts
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION auth.note_update();
CREATE TRIGGER memberships_updated BEFORE UPDATE ON auth.memberships
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION auth.note_update();
