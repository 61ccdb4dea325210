import type { Datakit, DatakitVersion } from '@quadrax/contract';
import { Button, Checkbox, FileButton, Group, Progress } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { formatBytes } from '#lib/format.ts';
import { ErrorState } from '#ui/error-state.tsx';
import styles from './datakit-tabs.module.css';
import { sendVersion } from './send-file.ts';
import { statedIn, statedWords } from './reading-words.ts';
import { heldWords } from './upload-queue.ts';
import { stepsOf } from './version-words.ts';

type Mode = 'append' | 'replace';

const titles = {
  append: 'The rows could not be added.',
  replace: 'The datakit could not be replaced.',
} as const;

/** Makes the next version of a datakit from a file with the same columns; those that do not fit are named. */
export function AddVersion({ datakit, current }: { datakit: Datakit; current: DatakitVersion | undefined }) {
  const client = useQueryClient();
  const abort = useRef<AbortController>(undefined);
  const [sent, setSent] = useState(0);
  const [held, setHeld] = useState(false);
  const [asBefore, setAsBefore] = useState(true);
  const before = statedIn(current?.reading);
  const words = statedWords(current?.reading);
  const send = useMutation({
    mutationFn: ({ file, mode }: { file: File; mode: Mode }) => {
      abort.current = new AbortController();
      setSent(0);
      setHeld(false);
      return sendVersion(file, { datakitId: datakit.id, mode }, asBefore ? before : {}, {
        signal: abort.current.signal,
        progress: (loaded) => {
          setSent(loaded);
          setHeld(false);
        },
        waits: () => setHeld(true),
      });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['datakits'] }),
  });
  const choose = (mode: Mode) => (file: File | null) => {
    if (file) send.mutate({ file, mode });
  };
  const given = send.variables;
  const source = current?.parents.find(({ id }) => id === datakit.id)?.version;
  return (
    <section aria-label="A further version">
      <Group gap={8} mb={12}>
        <FileButton onChange={choose('append')} disabled={send.isPending}>
          {(props) => (
            <Button {...props} variant="default" size="xs" disabled={send.isPending}>
              Add rows from a file
            </Button>
          )}
        </FileButton>
        <FileButton onChange={choose('replace')} disabled={send.isPending}>
          {(props) => (
            <Button {...props} variant="default" size="xs" disabled={send.isPending}>
              Replace by a file
            </Button>
          )}
        </FileButton>
        {send.isPending && given && (
          <>
            <span>
              {held && `${heldWords}. `}
              {formatBytes(sent)} of {formatBytes(given.file.size)}
            </span>
            <Button variant="subtle" color="gray" size="xs" onClick={() => abort.current?.abort()}>
              Stop
            </Button>
          </>
        )}
      </Group>
      {words !== '' && (
        <Checkbox
          mb={12}
          size="xs"
          checked={asBefore}
          onChange={(event) => setAsBefore(event.currentTarget.checked)}
          label={`Read it as the file before was stated to be read: ${words}`}
          disabled={send.isPending}
        />
      )}
      {current && source !== undefined && stepsOf(current.recipe) && (
        <p className={styles.hint}>
          Version {current.version} was made by steps of version {source}. A file whose columns are as they
          were before: make version {source} current, add its rows, then choose “Apply its steps” at version{' '}
          {current.version}.
        </p>
      )}
      {send.isPending && given && (
        <Progress
          mb={12}
          size="sm"
          value={given.file.size > 0 ? (100 * sent) / given.file.size : 0}
          aria-label={`Upload of ${given.file.name}`}
        />
      )}
      {send.error && send.error.name !== 'AbortError' && given && (
        <ErrorState error={send.error} title={titles[given.mode]} onRetry={() => send.mutate(given)} />
      )}
    </section>
  );
}
