import { useEffect, useRef } from 'react';
import { ErrorState } from '#ui/error-state.tsx';
import { Scroller } from '#ui/scroller.tsx';
import { Button } from '@mantine/core';
import { useTrainingLog } from './model-queries.ts';
import styles from './model-page.module.css';

const time = (at: string): string => new Date(at).toLocaleTimeString('en-GB');

/** What a training said, oldest first. While it runs the last line stays in sight, unless one scrolls back. */
export function TrainingLog(props: {
  source: { jobId: string } | { modelId: string; version: number };
  running: boolean;
}) {
  const log = useTrainingLog(props.source, props.running);
  const lines = log.data?.pages.flatMap((page) => page.items) ?? [];
  const frame = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const last = lines.at(-1)?.sequence;
  useEffect(() => {
    const element = frame.current;
    if (last !== undefined && props.running && element && atEnd.current)
      element.scrollTop = element.scrollHeight;
  }, [last, props.running]);
  if (log.error && !log.data) {
    return (
      <ErrorState error={log.error} title="The log could not be read." onRetry={() => void log.refetch()} />
    );
  }
  return (
    <Scroller
      ref={frame}
      className={props.running ? styles.log : `${styles.log} ${styles.ended}`}
      label="Training log"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {log.data && lines.length === 0 && <span className={styles.quiet}>Nothing has been said yet.</span>}
      <div role="log" aria-label="Lines of the training log">
        {lines.map((line) => (
          <div
            key={line.sequence}
            className={line.level === 'info' ? styles.line : `${styles.line} ${styles[line.level]}`}
          >
            <time dateTime={line.at}>{time(line.at)}</time>
            <span>
              {line.level !== 'info' && <b>{line.level === 'warn' ? 'warning ' : 'error '}</b>}
              {line.message}
            </span>
          </div>
        ))}
      </div>
      {log.hasNextPage && (
        <Button
          variant="subtle"
          size="compact-xs"
          loading={log.isFetchingNextPage}
          onClick={() => void log.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </Scroller>
  );
}
