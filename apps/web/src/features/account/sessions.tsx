import type { OpenSession } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { byCursor, pageQuery, rowsOf } from '#lib/paged.ts';
import { signOut } from '#lib/session.ts';
import { Confirm } from '#ui/confirm.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { momentColumn } from '#ui/moment.tsx';
import { PagedTable } from '#ui/paged-table.tsx';
import { actionColumn } from '#ui/row-menu.tsx';
import { Section } from '#ui/section.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { deviceOf } from './device.ts';
import styles from './account-page.module.css';

const key = ['account', 'sessions'];

/** Ends sessions and reads the list anew; what fails is said in a notice. */
function useEnding<T>(end: (which: T) => Promise<void>, done: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: end,
    onSuccess: () => notifications.show({ message: done }),
    onError: (error) => {
      showFailure(error, 'The session could not be ended.');
    },
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
}

/** Where one is signed in, and the way to end it. */
export function Sessions() {
  const list = useInfiniteQuery({
    ...byCursor,
    queryKey: key,
    queryFn: ({ pageParam, signal }) => api.account.sessions(pageQuery({}, 50, pageParam), { signal }),
  });
  const sessions = rowsOf(list) ?? [];
  return (
    <Section
      title="Sessions"
      note="Where this account is signed in. End what you do not know, then change the password."
      aside={<EndMany others={sessions.some(({ current }) => !current)} />}
    >
      <PagedTable
        label="Sessions"
        list={list}
        problem="The sessions could not be read."
        columns={columns}
        rowKey={(session) => session.id}
      />
    </Section>
  );
}

function EndMany({ others }: { others: boolean }) {
  const endOthers = useEnding(() => api.account.endOtherSessions(), 'All other sessions have ended.');
  const [leaving, setLeaving] = useState(false);
  return (
    <div className={styles.many}>
      {others && (
        <Button
          variant="default"
          loading={endOthers.isPending}
          onClick={() => {
            endOthers.mutate(undefined);
          }}
        >
          End all others
        </Button>
      )}
      <Button
        variant="default"
        onClick={() => {
          setLeaving(true);
        }}
      >
        Sign out everywhere
      </Button>
      {leaving && (
        <Confirm
          title="Sign out everywhere?"
          verb="Sign out everywhere"
          act={signOutEverywhere}
          onClose={() => {
            setLeaving(false);
          }}
        >
          All sessions of this account end, this one too. You sign in again wherever you use it; API keys keep
          working.
        </Confirm>
      )}
    </div>
  );
}

/** The page forgets the session first; what is said stands over the sign-in page. */
async function signOutEverywhere(): Promise<void> {
  try {
    await signOut({ everywhere: true });
    notifications.show({ message: 'You are signed out everywhere.' });
  } catch (error) {
    showFailure(error, 'Signed out here, but the other sessions could not be ended.');
  }
}

const columns: readonly DataColumn<OpenSession>[] = [
  {
    key: 'device',
    header: 'Device',
    grow: true,
    render: (session) => <span title={session.userAgent}>{deviceOf(session.userAgent)}</span>,
  },
  { key: 'address', header: 'Address', render: (session) => session.address },
  momentColumn('Signed in', ({ createdAt }) => createdAt),
  momentColumn('Last renewed', ({ lastUsedAt }) => lastUsedAt),
  actionColumn((session) => (session.current ? 'This one' : <EndOne session={session} />), 'End'),
];

function EndOne({ session }: { session: OpenSession }) {
  const end = useEnding(
    (id: string) => api.account.endSession(id),
    `The session of ${deviceOf(session.userAgent)} has ended.`,
  );
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      aria-label={`End the session of ${deviceOf(session.userAgent)}`}
      loading={end.isPending}
      onClick={() => {
        end.mutate(session.id);
      }}
    >
      End
    </Button>
  );
}
