import type { Apply, Frame, StepOf } from './frame.ts';
import { columnId, countOf } from './duckdb.ts';
import { indexOf, make, replaced, typeOf } from './frame.ts';
import { QueryError } from './query-error.ts';
import { foldSql, trimSql } from './spelling.ts';

/** The text of column `id` as it is to be, and the tables that say so. */
function tidied(frame: Frame, id: string, step: StepOf<'tidy'>): { text: string; from: string } {
  const text = step.trim ? `nullif(${trimSql(id)}, '')` : id;
  const from = `FROM ${frame.relation}`;
  if (step.case === 'lower' || step.case === 'upper') return { text: `${step.case}(${text})`, from };
  if (step.case === 'keep') return { text, from };
  const counted = `SELECT ${text} AS text, count(*) AS n ${from} WHERE ${text} IS NOT NULL GROUP BY 1`;
  const commonest = `SELECT ${foldSql('text')} AS folded, list(text ORDER BY n DESC, text)[1] AS text FROM (${counted}) GROUP BY 1`;
  return {
    text: 'commonest.text',
    from: `${from} LEFT JOIN (${commonest}) AS commonest ON commonest.folded = ${foldSql(text)} ORDER BY ${frame.relation}.rowid`,
  };
}

/** Makes one value of texts that differ only in spaces at their ends or in case. */
export const tidy: Apply<'tidy'> = async (bench, frame, step, at) => {
  const index = indexOf(frame, step.column, `${at}.column`);
  const id = columnId(index);
  if ((await typeOf(bench, frame, index)) !== 'VARCHAR')
    throw new QueryError(
      'UNKNOWN_FIELD',
      `${at}.column`,
      `"${step.column}" holds no text, so there is nothing to tidy. Choose a column of words.`,
    );
  const { text, from } = tidied(frame, id, step);
  const made = await make(bench, replaced(frame, index, text), from, frame.names);
  const [row] = await bench.db.rows(
    `SELECT count(*) FROM ${frame.relation} AS before POSITIONAL JOIN ${made.relation} AS after ` +
      `WHERE before.${id} IS DISTINCT FROM after.${id}`,
  );
  const changed = countOf(row?.[0]);
  bench.note(
    `Tidied ${changed.toLocaleString('en')} ${changed === 1 ? 'value' : 'values'} of "${step.column}".`,
  );
  return made;
};
