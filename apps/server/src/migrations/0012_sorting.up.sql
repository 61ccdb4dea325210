-- What lists are sorted by besides the newest first: a page is read off an index, and nothing is sorted for it. By time
-- it is found at once; by name the index is walked from the tenant's first row, since row-level security comes before
-- lower(), which is not leakproof.
CREATE INDEX datakits_updated ON quadrax.datakits (tenant_id, updated_at DESC, id DESC);
CREATE INDEX datakits_named ON quadrax.datakits (tenant_id, lower(name), id);
CREATE INDEX models_updated ON quadrax.models (tenant_id, updated_at DESC, id DESC);
CREATE INDEX models_named ON quadrax.models (tenant_id, lower(name), id);
CREATE INDEX memberships_newest ON auth.memberships (tenant_id, created_at DESC, account_id DESC);
CREATE INDEX accounts_newest ON auth.accounts (created_at DESC, id DESC);
