import type { TestDatabase } from '@quadrax/testkit';

export interface TenantTable {
  /** Qualified, ready for a statement. */
  readonly name: string;
  readonly enabled: boolean;
  readonly forced: boolean;
  readonly policies: number;
  /** Whether the application's login may read it at all. */
  readonly readable: boolean;
}

/** Every table of the product with a tenant_id, as the catalog has it: a new one cannot be forgotten. */
export const tenantTables = (database: TestDatabase): Promise<TenantTable[]> =>
  database.owner<TenantTable & Record<string, unknown>>(`
    SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relrowsecurity AS enabled,
           c.relforcerowsecurity AS forced,
           (SELECT count(*)::int FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
           has_table_privilege('quadrax_app', c.oid, 'SELECT') AS readable
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE n.nspname IN ('auth', 'quadrax', 'microplates') AND c.relkind IN ('r', 'p')
    ORDER BY 1`);

/** A digest of each table's rows of one tenant: two that are equal mean that nothing changed. */
export const tenantDigest = async (
  database: TestDatabase,
  tenantId: string,
): Promise<Record<string, string>> => {
  const digest: Record<string, string> = {};
  // What was predicted is counted in the background, some seconds after it was asked.
  const later = new Set(['quadrax.model_traffic', 'quadrax.gathered_references']);
  const tables = (await tenantTables(database)).filter(({ name }) => !later.has(name));
  for (const { name } of tables) {
    const [row] = await database.owner<{ digest: string }>(
      `SELECT md5(COALESCE(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS digest FROM ${name} t WHERE tenant_id = $1`,
      [tenantId],
    );
    digest[name] = row?.digest ?? '';
  }
  return digest;
};
