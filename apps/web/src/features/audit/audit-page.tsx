import type { AuditVerification } from '@quadrax/client';
import { Button, Menu } from '@mantine/core';
import { createLazyRoute } from '@tanstack/react-router';
import { failureOf } from '#lib/failure.ts';
import { isFiltered, rowsOf } from '#lib/paged.ts';
import { useIsAdministrator } from '#lib/session.ts';
import { useSubjectNames } from '#lib/subject-names.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { LinkButton } from '#ui/link-button.tsx';
import { ListPage } from '#ui/list-page.tsx';
import { Page } from '#ui/page.tsx';
import { Listed } from '#ui/paged-table.tsx';
import { nameOf } from '#ui/person.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditList } from './audit-list.tsx';
import {
  filterOf,
  useAuditLog,
  useExport,
  useJobNames,
  usePeople,
  useVerification,
} from './audit-queries.ts';
import { verdictSentence } from './audit-words.ts';
import type { AuditSearch } from './index.ts';
import styles from './audit-page.module.css';

export const Route = createLazyRoute('/shell/audit')({ component: AuditPage });

/** Who did what, for administrators. */
function AuditPage() {
  const allowed = useIsAdministrator();
  if (allowed) return <AuditLog />;
  return (
    <Page title="Audit log">
      <EmptyState
        title="For administrators"
        sentence="The audit log says who did what. Administrators of the workspace read it."
      />
    </Page>
  );
}

function AuditLog() {
  const search = Route.useSearch();
  const list = useAuditLog(search, true);
  const people = usePeople(true).data ?? [];
  const subjects = useSubjectNames();
  const jobs = useJobNames(subjects);
  const check = useVerification();
  const names = new Map([
    ...subjects,
    ...jobs,
    ...people.map((person): [string, string] => [person.id, nameOf(person)]),
  ]);
  // Numbers run without a gap: the newest entry's is how many there are.
  const total = isFiltered(search) ? undefined : rowsOf(list)?.[0]?.id;
  return (
    <ListPage
      title="Audit log"
      noun={['entry', 'entries']}
      list={list}
      search={search}
      total={total}
      copyAs={<CopyAs call={{ name: 'audit.list', query: filterOf(search) }} />}
      secondary={<ExportMenu search={search} />}
      action={
        <Button
          loading={check.isPending}
          onClick={() => {
            check.mutate();
          }}
        >
          Check the log
        </Button>
      }
      note={
        <output className={styles.said}>
          {check.data && <Verdict verdict={check.data} />}
          {check.error && (
            <p className={styles.verdict}>
              <StatusMark tone="bad" label="Failed" bare /> The log could not be checked:{' '}
              {failureOf(check.error).message}
            </p>
          )}
        </output>
      }
      filters={<AuditFilters search={search} people={people} names={names} />}
    >
      <Listed list={list} problem="The log could not be read." empty={<NothingFits />}>
        {(entries) => <AuditList list={list} entries={entries} names={names} search={search} />}
      </Listed>
    </ListPage>
  );
}

function NothingFits() {
  return (
    <EmptyState
      title="No entry fits"
      sentence="Nothing like this happened, or not in this time. Change the search or the filters."
      action={
        <LinkButton variant="default" to="/audit" search={{}}>
          Show all entries
        </LinkButton>
      }
    />
  );
}

function Verdict({ verdict }: { verdict: AuditVerification }) {
  return (
    <p className={verdict.intact ? styles.verdict : `${styles.verdict} ${styles.broken}`}>
      <StatusMark tone={verdict.intact ? 'good' : 'bad'} label={verdict.intact ? 'Whole' : 'Broken'} bare />{' '}
      {verdictSentence(verdict)}
    </p>
  );
}

function ExportMenu({ search }: { search: AuditSearch }) {
  const exporting = useExport(search);
  const save = (format: 'csv' | 'ndjson') => {
    exporting.mutate(format, {
      onError: (error) => {
        showFailure(error, 'The log could not be exported.');
      },
    });
  };
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" loading={exporting.isPending}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => save('csv')}>CSV, for a spreadsheet</Menu.Item>
        <Menu.Item onClick={() => save('ndjson')}>NDJSON, for a program</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
