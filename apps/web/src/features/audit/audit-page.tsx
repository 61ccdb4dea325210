import type { AuditEntry, AuditVerification } from '@quadrax/client';
import { Button, Menu } from '@mantine/core';
import { createLazyRoute } from '@tanstack/react-router';
import { failureOf } from '#lib/failure.ts';
import { plural } from '#lib/format.ts';
import { useIsAdministrator } from '#lib/session.ts';
import { useSubjectNames } from '#lib/subject-names.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { LinkButton } from '#ui/link-button.tsx';
import { Page } from '#ui/page.tsx';
import { SkeletonText } from '#ui/skeletons.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditList } from './audit-list.tsx';
import { filterOf, useAuditLog, useExport, usePeople, useVerification } from './audit-queries.ts';
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
  const check = useVerification();
  const entries = list.data?.pages.flatMap((page) => page.items);
  const filtered = Object.values(search).some((value) => value !== undefined);
  const names = new Map([
    ...subjects,
    ...people.map(({ id, firstName, lastName }): [string, string] => [id, `${firstName} ${lastName}`]),
  ]);
  return (
    <Page
      title="Audit log"
      state={
        entries ? stateOf(entries, list.hasNextPage, filtered) : list.isPending && <SkeletonText width={20} />
      }
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
    >
      <output className={styles.said}>
        {check.data && <Verdict verdict={check.data} />}
        {check.error && (
          <p className={styles.verdict}>
            <StatusMark tone="bad" label="Failed" bare /> The log could not be checked:{' '}
            {failureOf(check.error).message}
          </p>
        )}
      </output>
      <AuditFilters search={search} people={people} names={names} />
      {list.error && !entries && (
        <ErrorState
          error={list.error}
          title="The log could not be read."
          onRetry={() => void list.refetch()}
        />
      )}
      {entries?.length === 0 && filtered && <NothingFits />}
      {!(list.error && !entries) && entries?.length !== 0 && (
        <AuditList list={list} entries={entries} names={names} search={search} />
      )}
    </Page>
  );
}

function stateOf(entries: readonly AuditEntry[], more: boolean, filtered: boolean): string {
  const [newest] = entries;
  // Numbers run without a gap: the newest entry's is how many there are.
  if (!filtered) return newest ? plural(newest.id, 'entry', 'entries') : 'Nothing has happened yet';
  const count = plural(entries.length, 'entry', 'entries');
  return `${count}${more ? ' and more' : ''} ${entries.length === 1 ? 'fits' : 'fit'}`;
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
