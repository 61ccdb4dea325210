import { expect, it } from 'vitest';
import { tablesWritten } from './tables-written.ts';

it.for([
  ['insert into "quadrax"."models" ("id") values ($1)', ['models']],
  ['update "quadrax"."model_versions" set "status" = $1', ['model_versions']],
  ['DELETE FROM ONLY quadrax.datakits WHERE id = $1', ['datakits']],
  [
    'WITH gone AS (DELETE FROM\n quadrax.deployments RETURNING id) UPDATE quadrax.models SET id = 1',
    ['deployments', 'models'],
  ],
  ['SELECT id FROM quadrax.models FOR UPDATE', []],
  ['INSERT INTO auth.sessions (id) SELECT id FROM quadrax.models', []],
] as const)('%s writes %j', ([statement, tables]) => {
  expect(tablesWritten(statement)).toEqual(tables);
});
