-- Who the members of this transaction's tenant are: their names and addresses and nothing else of their accounts. The
-- application's login reads no accounts; this view reads them as its owner. Whoever leaves the tenant leaves the view.
-- The owner is bound by row security too, so that the view is narrow twice over.
CREATE POLICY people ON auth.memberships FOR SELECT TO CURRENT_USER
  USING (tenant_id = quadrax.current_tenant());
CREATE VIEW auth.people WITH (security_barrier) AS
  SELECT m.account_id, a.email, a.first_name || ' ' || a.last_name AS name
  FROM auth.memberships m JOIN auth.accounts a ON a.id = m.account_id
  WHERE m.tenant_id = quadrax.current_tenant();
GRANT SELECT ON auth.people TO quadrax_app;
