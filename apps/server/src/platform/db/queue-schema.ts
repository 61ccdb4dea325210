import type { Client } from 'pg';

export const queueSchema = 'pgboss';

/** The rights each role has on the queue: a request may put a message in, only the workers read and settle them. */
const grants = `
  GRANT USAGE ON SCHEMA ${queueSchema} TO quadrax_app, quadrax_system;
  GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA ${queueSchema} TO quadrax_system;
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${queueSchema} TO quadrax_system;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${queueSchema} TO quadrax_app, quadrax_system;
  GRANT SELECT ON ${queueSchema}.queue TO quadrax_app;
  GRANT INSERT, SELECT (id, name, start_after) ON ${queueSchema}.job, ${queueSchema}.job_common TO quadrax_app;
`;

/** Installs or upgrades pg-boss's own tables as the owner, so that the running product needs no such right. */
export const installQueueSchema = async (owner: Client, ownerUrl: string): Promise<void> => {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    connectionString: ownerUrl,
    schema: queueSchema,
    supervise: false,
    schedule: false,
    max: 2,
  });
  boss.on('error', () => {});
  const before = await version(owner);
  await boss.start();
  await boss.stop({ graceful: false });
  // Also when the tables are of an earlier start that was killed before it gave the rights.
  if (before !== (await version(owner)) || !(await granted(owner))) await owner.query(grants);
};

/** The rights are given in one transaction, so the last of them stands for all. */
const granted = async (owner: Client): Promise<boolean> => {
  const { rows } = await owner.query<{ yes: boolean }>(
    `SELECT has_table_privilege('quadrax_app', '${queueSchema}.job_common', 'INSERT') AS yes`,
  );
  return rows[0]?.yes === true;
};

const version = async (owner: Client): Promise<number | null> => {
  const here = await owner.query(`SELECT to_regclass('${queueSchema}.version') IS NOT NULL AS here`);
  if (!here.rows[0].here) return null;
  const { rows } = await owner.query<{ version: number }>(`SELECT version FROM ${queueSchema}.version`);
  return rows[0]?.version ?? null;
};
