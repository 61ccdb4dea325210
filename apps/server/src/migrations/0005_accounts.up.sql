-- What an account can do beside signing in: confirm its address, get a new password, come in by an invitation, an API
-- key or an OpenID Connect provider.
ALTER TABLE auth.accounts
  ALTER COLUMN password_hash DROP NOT NULL,
  ADD COLUMN email_verified_at timestamptz(3);
ALTER TABLE auth.memberships ADD COLUMN deactivated_at timestamptz(3);
GRANT UPDATE ON quadrax.idempotency_keys TO quadrax_system;

-- Links in mails, each good for one use. Only a digest of what they carry is kept.
CREATE TABLE auth.account_links (
  id uuid PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('verify', 'reset')),
  account_id uuid NOT NULL REFERENCES auth.accounts ON DELETE CASCADE,
  email text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3)
);
CREATE INDEX account_links_account ON auth.account_links (account_id, purpose);
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.account_links TO quadrax_system;

-- Who asked for a new password, known or not: answered afterwards, so that the time of the answer tells nothing.
CREATE TABLE auth.reset_requests (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
-- UPDATE only to lock a row.
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.reset_requests TO quadrax_system;

-- Two tokens: whoever has the mailed one has the mailbox, whoever has the other was handed the link.
CREATE TABLE auth.invitations (
  tenant_id uuid NOT NULL REFERENCES auth.tenants,
  id uuid NOT NULL,
  email text NOT NULL CHECK (email = lower(email)),
  role text NOT NULL CHECK (role IN ('ADMIN', 'USER', 'VIEWER')),
  invited_by uuid REFERENCES auth.accounts,
  link_hash bytea NOT NULL UNIQUE,
  mail_hash bytea NOT NULL UNIQUE,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  accepted_at timestamptz(3),
  revoked_at timestamptz(3),
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX invitations_open ON auth.invitations (tenant_id, email)
  WHERE accepted_at IS NULL AND revoked_at IS NULL;
CALL quadrax.protect('auth.invitations');
GRANT SELECT, INSERT, UPDATE ON auth.invitations TO quadrax_system;

-- A key ends with the membership it speaks for.
CREATE TABLE auth.api_keys (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL UNIQUE,
  account_id uuid NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  secret_hash bytea NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  last_used_from text,
  revoked_at timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES auth.memberships ON DELETE CASCADE
);
CREATE INDEX api_keys_owner ON auth.api_keys (tenant_id, account_id, created_at DESC, id DESC);
CALL quadrax.protect('auth.api_keys');
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.api_keys TO quadrax_system;

-- An account as an OpenID Connect provider names it.
CREATE TABLE auth.external_identities (
  issuer text NOT NULL,
  subject text NOT NULL,
  account_id uuid NOT NULL REFERENCES auth.accounts ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX external_identities_account ON auth.external_identities (account_id);
GRANT SELECT, INSERT, DELETE ON auth.external_identities TO quadrax_system;

CREATE OR REPLACE FUNCTION auth.notify_change() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  IF TG_TABLE_NAME IN ('sessions', 'api_keys') THEN
    PERFORM pg_notify('quadrax_identity', json_build_object('credential', COALESCE(NEW.id, OLD.id))::text);
  ELSIF TG_TABLE_NAME = 'accounts' THEN
    PERFORM pg_notify('quadrax_identity', json_build_object('account', NEW.id)::text);
  ELSE
    PERFORM pg_notify('quadrax_identity', json_build_object('account', COALESCE(NEW.account_id, OLD.account_id))::text);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER api_keys_revoked AFTER UPDATE OF revoked_at, scopes, expires_at OR DELETE ON auth.api_keys
  FOR EACH ROW EXECUTE FUNCTION auth.notify_change();
DROP TRIGGER accounts_changed ON auth.accounts;
CREATE TRIGGER accounts_changed
  AFTER UPDATE OF email, email_verified_at, username, first_name, last_name, home_tenant_id, disabled_at, platform_administrator
  ON auth.accounts
  FOR EACH ROW EXECUTE FUNCTION auth.notify_change();
