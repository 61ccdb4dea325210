DROP INDEX auth.accounts_newest;
DROP INDEX auth.memberships_newest;
DROP INDEX quadrax.models_named;
DROP INDEX quadrax.models_updated;
DROP INDEX quadrax.datakits_named;
DROP INDEX quadrax.datakits_updated;
