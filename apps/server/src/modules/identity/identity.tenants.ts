import type { Tenant } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import type { Caller, Change } from '#platform/http';
import { requireAdministrator } from './identity.credentials.ts';
import { findTenant, renameTenant } from './identity.tenants.store.ts';
import type { TenantRow } from './identity.tenants.store.ts';

/** What a tenant is called. */
export interface Tenants {
  /** @throws AppError NOT_FOUND for any but the one that the call is made in */
  get(caller: Caller, id: string): Promise<Tenant>;
  /** @throws AppError NOT_FOUND, PRECONDITION_FAILED */
  rename(
    caller: Caller,
    change: Change,
    id: string,
    name: string,
    unchangedSince: readonly Date[] | undefined,
  ): Promise<Tenant>;
}

const view = ({ tenantId, name, slug, createdAt, updatedAt }: TenantRow): Tenant => ({
  id: tenantId,
  name,
  slug,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

const foundIn = async (tx: Tx, { tenantId }: Caller, id: string): Promise<Tenant> => {
  const row = id === tenantId ? await findTenant(tx, id) : undefined;
  if (!row) throw notFound('tenant');
  return view(row);
};

export const createTenants = (deps: {
  readonly db: Database;
  /** Looks up anew who may do what, and where. */
  readonly forget: () => void;
}): Tenants => ({
  get: (caller, id) => deps.db.system((tx) => foundIn(tx, caller, id)),
  rename: async (caller, change, id, name, unchangedSince) => {
    const tenant = await change.system(async (tx) => {
      await requireAdministrator(tx, caller);
      const before = await foundIn(tx, caller, id);
      if (!(await renameTenant(tx, id, name, unchangedSince))) throw new AppError('PRECONDITION_FAILED');
      const after = await foundIn(tx, caller, id);
      return { reply: after, before, after };
    });
    deps.forget();
    return tenant;
  },
});
