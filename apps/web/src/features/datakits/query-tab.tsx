import type { Datakit } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { useRef, useState } from 'react';
import { formatInteger, formatNumber, plural } from '#lib/format.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { SkeletonRows } from '#ui/skeletons.tsx';
import { ColumnNames } from './column-names.tsx';
import styles from './datakit-tabs.module.css';
import { useRunQuery } from './datakit-work.ts';
import { JoinedDatakits } from './joined-datakits.tsx';
import { ResultTable } from './result-table.tsx';
import { datakitRoute } from './routes.ts';
import { SaveResult } from './save-result.tsx';
import { SqlEditor, type SqlEditorHandle } from './sql-editor.tsx';
import { quotedAmong } from './sql-name.ts';
import type { Joined } from './table-name.ts';

const begin = 'SELECT * FROM data LIMIT 100';

/** A first question that suits the columns. */
function example({ columns }: Datakit): string {
  const names = columns.map(({ name }) => name);
  const quoted = (name: string): string => quotedAmong(name, names);
  const category = columns.find(({ type }) => type === 'categorical' || type === 'boolean');
  const number = columns.find(({ type }) => type === 'numeric' || type === 'integer');
  if (!category) return begin;
  const mean = number ? `, avg(${quoted(number.name)}) AS mean` : '';
  return `SELECT ${quoted(category.name)}, count(*) AS n${mean}\nFROM data\nGROUP BY ALL\nORDER BY n DESC`;
}

/** SQL over the datakit: the query, its answer, and a way to keep it. */
export function QueryTab({ datakit }: { datakit: Datakit }) {
  const search = datakitRoute.useSearch();
  const navigate = datakitRoute.useNavigate();
  const [text, setText] = useState(search.sql ?? begin);
  const run = useRunQuery(datakit.id);
  const [asked, setAsked] = useState('');
  const [joined, setJoined] = useState<readonly Joined[]>([]);
  const editor = useRef<SqlEditorHandle>(null);
  const names = datakit.columns.map(({ name }) => name);
  const others = joined.length > 0 ? { with: [...joined] } : {};
  const ask = (sql: string): void => {
    if (sql.trim() === '' || run.isPending) return;
    setAsked(sql);
    void navigate({ search: (before) => ({ ...before, sql }), replace: true, resetScroll: false });
    run.mutate({ sql, ...others });
  };
  const suggestion = example(datakit);
  return (
    <>
      <SqlEditor
        label="SQL query"
        value={text}
        onChange={setText}
        onRun={() => ask(text)}
        columns={names}
        ref={editor}
      />
      <ColumnNames columns={names} into="the query" onInsert={(name) => editor.current?.insert(name)} />
      <JoinedDatakits datakit={datakit} joined={joined} onChange={setJoined} />
      <div className={styles.bar}>
        <Button onClick={() => ask(text)} loading={run.isPending} disabled={text.trim() === ''}>
          Run
        </Button>
        <span className={styles.quiet}>
          {run.data
            ? `${run.data.truncated ? 'The first ' : ''}${formatInteger(run.data.rows.length)} ${run.data.rows.length === 1 ? 'row' : 'rows'}, ${plural(run.data.columns.length, 'column')} in ${formatNumber(run.data.elapsedMs, 3)} ms${run.data.shortened > 0 ? `; ${plural(run.data.shortened, 'text')} of more than 10,000 characters cut` : ''}`
            : 'Ctrl-Enter runs it. The datakit is the table data; earlier versions are data_v1, data_v2 …'}
        </span>
        <span className={styles.grow} />
        <CopyAs
          call={{ name: 'datakits.query', params: { id: datakit.id }, body: { sql: text, ...others } }}
        />
      </div>
      {run.error && <ErrorState error={run.error} title="The query cannot be run." />}
      {run.isPending && <SkeletonRows rows={6} />}
      {run.data && !run.isPending && (
        <>
          <SaveResult
            datakit={datakit}
            recipe={{ sql: asked, ...others }}
            disabled={run.data.rows.length === 0}
          />
          {run.data.rows.length === 0 ? (
            <EmptyState
              title="No rows"
              sentence="The query ran, and no row meets it. Loosen its conditions."
            />
          ) : (
            <ResultTable label="Answer to the query" result={run.data} />
          )}
        </>
      )}
      {run.isIdle && (
        <EmptyState
          title="Ask the data"
          sentence="Write a SELECT over the table data. Nothing you run here changes the datakit."
          sample={
            <Button
              variant="default"
              onClick={() => {
                setText(suggestion);
                ask(suggestion);
              }}
            >
              Try an example
            </Button>
          }
        />
      )}
    </>
  );
}
