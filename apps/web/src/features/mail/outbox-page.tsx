import type { Mail } from '@quadrax/contract';
import { NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Link, createLazyRoute, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { formatAgo, formatMoment, plural } from '#lib/format.ts';
import { oneOf } from '#lib/search.ts';
import { sentenceCase } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { DataTable } from '#ui/data-table.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { LinkButton } from '#ui/link-button.tsx';
import { Page } from '#ui/page.tsx';
import { SkeletonText } from '#ui/skeletons.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import type { OutboxSearch } from './index.ts';
import { useOutbox } from './mail-queries.ts';
import { MailServerNote } from './mail-server-note.tsx';
import { stateMarks } from './mail-words.ts';
import styles from './mail.module.css';

export const Route = createLazyRoute('/shell/outbox')({ component: OutboxPage });

const states = ['kept', 'waiting', 'sent', 'failed'] as const;

/** What the platform has written to people, for those who run it. */
function OutboxPage() {
  const search = Route.useSearch();
  const list = useOutbox(search);
  const mails = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.values(search).some((value) => value !== undefined);
  const empty = list.isSuccess && mails.length === 0;
  return (
    <Page
      title="Outbox"
      state={
        list.isPending ? (
          <SkeletonText width={24} />
        ) : (
          list.isSuccess && stateOf(mails, list.hasNextPage, filtered)
        )
      }
      copyAs={<CopyAs call={{ name: 'mail.list', query: { ...search } }} />}
    >
      {!list.isError && <MailServerNote />}
      <Filters search={search} />
      {list.isError && (
        <ErrorState
          error={list.error}
          title="The outbox could not be read."
          hint="It is open to administrators of the platform."
          onRetry={() => void list.refetch()}
        />
      )}
      {empty && <NoMails filtered={filtered} />}
      {!empty && !list.isError && (
        <DataTable
          label="Mails"
          columns={columns}
          rows={mails}
          rowKey={(mail) => mail.id}
          loading={list.isPending}
          more={{
            available: list.hasNextPage,
            loading: list.isFetchingNextPage,
            load: () => void list.fetchNextPage(),
          }}
        />
      )}
    </Page>
  );
}

function stateOf(mails: readonly Mail[], more: boolean, filtered: boolean): string {
  const failed = mails.filter((mail) => mail.state === 'failed').length;
  const all = `${plural(mails.length, 'mail')}${more ? ' and more' : ''}${filtered ? ' match' : ''}`;
  return failed === 0 ? all : `${all} · ${failed} failed`;
}

function NoMails({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState
        title="No mail matches"
        sentence="No mail has this state and recipient."
        action={
          <LinkButton variant="default" to="/outbox" search={{}}>
            Show all mails
          </LinkButton>
        }
      />
    );
  }
  return (
    <EmptyState
      title="Nothing was written yet"
      sentence="Mails that Quadrax writes to people, such as to confirm an address or to set a new password, are listed here with what became of them."
    />
  );
}

function Filters({ search }: { search: OutboxSearch }) {
  const navigate = useNavigate({ from: '/outbox' });
  const [recipient, setRecipient] = useState(search.recipient ?? '');
  const put = (change: OutboxSearch) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const putRecipient = useDebouncedCallback((value: string) => {
    put({ recipient: value.trim() || undefined });
  }, 250);
  return (
    <search className={styles.filters}>
      <TextInput
        type="search"
        aria-label="Search mails by recipient"
        maxLength={320}
        placeholder="Search by recipient"
        value={recipient}
        onChange={({ currentTarget }) => {
          setRecipient(currentTarget.value);
          putRecipient(currentTarget.value);
        }}
      />
      <NativeSelect
        aria-label="State"
        value={search.state ?? ''}
        onChange={({ currentTarget }) => {
          put({ state: oneOf(currentTarget.value, states) });
        }}
        data={[
          { value: '', label: 'Any state' },
          ...states.map((value) => ({ value, label: stateMarks[value].label })),
        ]}
      />
    </search>
  );
}

const columns: readonly DataColumn<Mail>[] = [
  {
    key: 'subject',
    header: 'Subject',
    grow: true,
    render: (mail) => (
      <>
        <Link to="/outbox/$id" params={{ id: mail.id }} title={mail.subject}>
          {mail.subject}
        </Link>
        <div className={styles.phoneRecipient}>{mail.recipient}</div>
      </>
    ),
  },
  {
    key: 'recipient',
    header: 'Recipient',
    secondary: true,
    render: (mail) => <span title={mail.recipient}>{mail.recipient}</span>,
  },
  { key: 'kind', header: 'For', secondary: true, render: (mail) => sentenceCase(mail.kind) },
  {
    key: 'state',
    header: 'State',
    render: (mail) => (
      <span title={mail.error}>
        <StatusMark {...stateMarks[mail.state]} />
      </span>
    ),
  },
  {
    key: 'written',
    header: 'Written',
    align: 'right',
    secondary: true,
    render: (mail) => (
      <time dateTime={mail.createdAt} title={formatMoment(mail.createdAt)}>
        {formatAgo(mail.createdAt)}
      </time>
    ),
  },
];
