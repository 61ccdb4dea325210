-- Accounts are global; a membership ties one to a tenant and holds its role.
CREATE SCHEMA auth;
CREATE SCHEMA quadrax;
GRANT USAGE ON SCHEMA auth, quadrax TO quadrax_app, quadrax_system;

-- The tenant of this transaction. A local setting reverts to an empty string, hence the NULLIF.
CREATE FUNCTION quadrax.current_tenant() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT NULLIF(current_setting('app.tenant', true), '')::uuid $$;

-- Row-level security for a table with a tenant_id. FORCE: it holds for the owner too.
CREATE PROCEDURE quadrax.protect(target regclass)
  LANGUAGE plpgsql
  AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format(
    'CREATE POLICY tenant ON %s TO quadrax_app USING (tenant_id = quadrax.current_tenant()) WITH CHECK (tenant_id = quadrax.current_tenant())',
    target);
  EXECUTE format('CREATE POLICY system ON %s TO quadrax_system USING (true) WITH CHECK (true)', target);
END
$$;

CREATE TABLE auth.tenants (
  tenant_id uuid PRIMARY KEY,
  name text NOT NULL,
  slug text NOT NULL UNIQUE,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CALL quadrax.protect('auth.tenants');
GRANT SELECT ON auth.tenants TO quadrax_app;
GRANT SELECT, INSERT, UPDATE ON auth.tenants TO quadrax_system;

CREATE TABLE auth.accounts (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE CHECK (email = lower(email)),
  username text,
  first_name text NOT NULL,
  last_name text NOT NULL,
  password_hash text NOT NULL,
  home_tenant_id uuid NOT NULL REFERENCES auth.tenants,
  platform_administrator boolean NOT NULL DEFAULT false,
  disabled_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX accounts_username ON auth.accounts (lower(username));
GRANT SELECT, INSERT, UPDATE ON auth.accounts TO quadrax_system;

CREATE TABLE auth.memberships (
  tenant_id uuid NOT NULL REFERENCES auth.tenants,
  account_id uuid NOT NULL REFERENCES auth.accounts,
  role text NOT NULL CHECK (role IN ('ADMIN', 'USER', 'VIEWER')),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, account_id)
);
CREATE INDEX memberships_account ON auth.memberships (account_id);
CALL quadrax.protect('auth.memberships');
GRANT SELECT ON auth.memberships TO quadrax_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.memberships TO quadrax_system;

-- A session is the family of the refresh tokens that followed from one sign-in.
CREATE TABLE auth.sessions (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES auth.accounts,
  user_agent text NOT NULL,
  address text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  last_used_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3),
  revoked_because text
);
CREATE INDEX sessions_account ON auth.sessions (account_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.sessions TO quadrax_system;

CREATE TABLE auth.refresh_tokens (
  id uuid PRIMARY KEY,
  session_id uuid NOT NULL REFERENCES auth.sessions ON DELETE CASCADE,
  client text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  used_at timestamptz(3)
);
CREATE INDEX refresh_tokens_session ON auth.refresh_tokens (session_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.refresh_tokens TO quadrax_system;

-- Failed sign-ins by identifier and address, known account or not.
CREATE TABLE auth.login_failures (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  identifier text NOT NULL,
  address text NOT NULL,
  failed_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX login_failures_recent ON auth.login_failures (identifier, address, failed_at);
GRANT SELECT, INSERT, DELETE ON auth.login_failures TO quadrax_system;

-- Whoever revokes a session or changes a membership tells every process at once.
CREATE FUNCTION auth.notify_change() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  IF TG_TABLE_NAME = 'sessions' THEN
    PERFORM pg_notify('quadrax_identity', json_build_object('session', COALESCE(NEW.id, OLD.id))::text);
  ELSIF TG_TABLE_NAME = 'accounts' THEN
    PERFORM pg_notify('quadrax_identity', json_build_object('account', NEW.id)::text);
  ELSE
    PERFORM pg_notify('quadrax_identity', json_build_object('account', COALESCE(NEW.account_id, OLD.account_id))::text);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER sessions_revoked AFTER UPDATE OF revoked_at OR DELETE ON auth.sessions
  FOR EACH ROW EXECUTE FUNCTION auth.notify_change();
CREATE TRIGGER memberships_changed AFTER INSERT OR UPDATE OR DELETE ON auth.memberships
  FOR EACH ROW EXECUTE FUNCTION auth.notify_change();
CREATE TRIGGER accounts_changed AFTER UPDATE OF disabled_at, platform_administrator ON auth.accounts
  FOR EACH ROW EXECUTE FUNCTION auth.notify_change();
