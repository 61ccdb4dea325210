import { recordAudit } from '../audit/index.ts';
import type { Database, Tx } from '../db/index.ts';
import type { Caller, Change, Changed, Client } from './call.ts';

export interface ChangeDeps {
  readonly db: Pick<Database, 'tenant' | 'system'>;
  readonly caller: Caller;
  readonly client: Client;
  readonly action: string;
  /** The resource that the route's parameters name. */
  readonly resourceId: string | undefined;
  /** Keeps the answer for a repetition, within the same transaction. */
  readonly keep: ((tx: Tx, reply: unknown) => Promise<void>) | undefined;
}

const idOf = (reply: unknown): string | undefined =>
  typeof reply === 'object' && reply !== null && 'id' in reply && typeof reply.id === 'string'
    ? reply.id
    : undefined;

/** The transaction that a handler may make its change in. */
export const createChange = (deps: ChangeDeps): Change & { readonly made: boolean } => {
  const { db, caller, client, action, resourceId, keep } = deps;
  const { tenantId, accountId, credentialId } = caller;
  let made = false;
  const finishing =
    <T>(work: (tx: Tx) => Promise<Changed<T>>) =>
    async (tx: Tx): Promise<T> => {
      const { reply, action: done, resource, tenantId: where, before, after } = await work(tx);
      await keep?.(tx, reply);
      await recordAudit(tx, {
        tenantId: where ?? tenantId,
        accountId,
        credentialId,
        action: done ?? action,
        resourceId: resource ?? resourceId ?? idOf(reply),
        address: client.address,
        requestId: client.requestId,
        before,
        after,
      });
      return reply;
    };
  const once = async <T>(run: () => Promise<T>): Promise<T> => {
    if (made) throw new Error(`The route with the action "${action}" made two changes.`);
    const outcome = await run();
    made = true;
    return outcome;
  };
  return {
    get made() {
      return made;
    },
    tenant: (work) => once(() => db.tenant(tenantId, finishing(work))),
    system: (work) => once(() => db.system(finishing(work))),
    refused: (what, after) =>
      db.tenant(tenantId, (tx) =>
        recordAudit(tx, {
          tenantId,
          accountId,
          credentialId,
          action: what,
          resourceId,
          address: client.address,
          requestId: client.requestId,
          after,
        }),
      ),
  };
};
