import { sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';

/** @returns whether the ticket was not used before, in any process. */
export const insertUsedTicket = async (tx: Tx, id: string): Promise<boolean> => {
  await tx.execute(sql`DELETE FROM quadrax.used_tickets WHERE used_at < now() - interval '5 minutes'`);
  const { rows } = await tx.execute(sql`
    INSERT INTO quadrax.used_tickets (id) VALUES (${id}) ON CONFLICT (id) DO NOTHING RETURNING id`);
  return rows.length === 1;
};
