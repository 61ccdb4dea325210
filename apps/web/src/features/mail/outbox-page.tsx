import type { Mail } from '@quadrax/contract';
import { Link, createLazyRoute, useNavigate } from '@tanstack/react-router';
import { sentenceCase } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { FilterChoice, Filters } from '#ui/filters.tsx';
import { LinkButton } from '#ui/link-button.tsx';
import { ListPage } from '#ui/list-page.tsx';
import { Moment } from '#ui/moment.tsx';
import { PagedTable } from '#ui/paged-table.tsx';
import { SearchField } from '#ui/search-field.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { isFiltered } from '#lib/paged.ts';
import { states } from './index.ts';
import type { OutboxSearch } from './index.ts';
import { useOutbox } from './mail-queries.ts';
import { MailServerNote } from './mail-server-note.tsx';
import { stateMarks } from './mail-words.ts';
import styles from './mail.module.css';

export const Route = createLazyRoute('/shell/outbox')({ component: OutboxPage });

/** What the platform has written to people, for those who run it. */
function OutboxPage() {
  const search = Route.useSearch();
  const list = useOutbox(search);
  return (
    <ListPage
      title="Outbox"
      noun={['mail', 'mails']}
      list={list}
      search={search}
      remark={failures}
      copyAs={<CopyAs call={{ name: 'mail.list', query: { ...search } }} />}
      note={!list.isError && <MailServerNote />}
      filters={<OutboxFilters search={search} />}
    >
      <PagedTable
        label="Mails"
        list={list}
        problem="The outbox could not be read."
        hint="It is open to platform administrators."
        columns={columns}
        rowKey={(mail) => mail.id}
        empty={<NoMails filtered={isFiltered(search)} />}
      />
    </ListPage>
  );
}

function failures(mails: readonly Mail[]): string | undefined {
  const failed = mails.filter(({ state }) => state === 'failed').length;
  return failed === 0 ? undefined : `${failed} failed`;
}

function NoMails({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState
        title="No mail fits"
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

function OutboxFilters({ search }: { search: OutboxSearch }) {
  const navigate = useNavigate();
  const put = (change: OutboxSearch) =>
    void navigate({ to: '/outbox', search: { ...search, ...change }, replace: true });
  return (
    <Filters>
      <SearchField
        label="Search mails by recipient"
        placeholder="Search by recipient"
        maxLength={320}
        value={search.recipient}
        onSearch={(recipient) => put({ recipient })}
      />
      <FilterChoice
        label="State"
        any="Any state"
        value={search.state}
        choices={states.map((value) => ({ value, label: stateMarks[value].label }))}
        onChoose={(state) => put({ state })}
      />
    </Filters>
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
    render: ({ createdAt }) => <Moment at={createdAt} />,
  },
];
