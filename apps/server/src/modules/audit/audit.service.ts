import { Readable } from 'node:stream';
import type { audit as routes, AuditEntry, AuditFilter, Query, Reply } from '@quadrax/contract';
import { verifyAudit } from '#platform/audit';
import type { AuditVerification } from '#platform/audit';
import type { Database } from '#platform/db';
import { numberedPageOf } from '#platform/http';
import type { Cursors, FileReply, ListPage } from '#platform/http';
import { auditFormats } from './audit.formats.ts';
import type { AuditFormat } from './audit.formats.ts';
import { entriesAfter, listEntries } from './audit.store.ts';
import type { AuditRow } from './audit.store.ts';

export interface AuditService {
  list(tenantId: string, query: Query<typeof routes.list>): Promise<ListPage<AuditEntry>>;
  /** The entries as a file that is made while it is sent. */
  export(tenantId: string, query: Query<typeof routes.export>): Promise<FileReply>;
  verify(tenantId: string): Promise<Reply<typeof routes.verify>>;
  /** Every tenant's chain. */
  verifyAll(): Promise<AuditVerification>;
}

/** Entries that are read, written and forgotten together. */
const exportBatch = 1000;

const actorOf = ({ accountId, name, email }: AuditRow): AuditEntry['actor'] =>
  accountId === null
    ? undefined
    : { id: accountId, ...(name !== null && { name }), ...(email !== null && { email }) };

const entryView = (row: AuditRow): AuditEntry => {
  const { id, at, action, resourceId, address, requestId, credentialId, before, after, hash } = row;
  const actor = actorOf(row);
  return {
    id,
    at: at.toISOString(),
    action,
    ...(actor && { actor }),
    ...(resourceId !== null && { resourceId }),
    address,
    requestId,
    ...(credentialId !== null && { credentialId }),
    ...(before !== null && { before }),
    ...(after !== null && { after }),
    hash: hash.toString('hex'),
  };
};

export const createAuditService = (deps: { db: Database; cursors: Cursors }): AuditService => {
  const { db, cursors } = deps;

  const batchAfter = (tenantId: string, filter: AuditFilter, above: number): Promise<AuditRow[]> =>
    db.tenant(tenantId, (tx) => entriesAfter(tx, filter, exportBatch, above));

  /** Each batch in a transaction of its own: nothing is held open for whoever reads slowly. */
  async function* written(
    tenantId: string,
    filter: AuditFilter,
    format: AuditFormat,
    first: AuditRow[],
  ): AsyncGenerator<string> {
    yield format.head;
    for (let rows = first; rows.length > 0;) {
      yield rows.map((row) => format.line(entryView(row))).join('');
      const last = rows.at(-1);
      if (last === undefined || rows.length < exportBatch) return;
      rows = await batchAfter(tenantId, filter, last.id);
    }
  }

  /** One at a time: each holds a connection for long, of the few that sign-ins need too. */
  let turn: Promise<unknown> = Promise.resolve();
  /** Those that wait, by tenant: who asks meanwhile shares the answer, so that nobody can keep others out by asking. */
  const waiting = new Map<string | undefined, Promise<AuditVerification>>();
  const verified = (tenantId?: string): Promise<AuditVerification> => {
    const known = waiting.get(tenantId);
    if (known) return known;
    const verification = turn.then(() => {
      // From here on rows may come that it does not see.
      waiting.delete(tenantId);
      return verifyAudit(db, tenantId);
    });
    waiting.set(tenantId, verification);
    turn = verification.catch(() => {});
    return verification;
  };

  return {
    list: (tenantId, query) =>
      numberedPageOf(
        cursors,
        query,
        entryView,
        ({ id }) => id,
        (page) => db.tenant(tenantId, (tx) => listEntries(tx, query, page)),
      ),
    export: async (tenantId, { format: kind, ...filter }) => {
      const format = auditFormats[kind];
      // Read before the answer begins: a database that is away is still answered with an error.
      const first = await batchAfter(tenantId, filter, 0);
      return {
        stream: Readable.from(written(tenantId, filter, format, first), { highWaterMark: 1 }),
        fileName: `audit-${new Date().toISOString().slice(0, 10)}.${kind}`,
        contentType: format.contentType,
      };
    },
    verify: async (tenantId) => {
      const { rows, broken } = await verified(tenantId);
      return {
        rows,
        intact: broken === undefined,
        ...(broken && { broken: { id: broken.id, problem: broken.problem } }),
      };
    },
    verifyAll: () => verified(),
  };
};
