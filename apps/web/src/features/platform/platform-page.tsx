import type { PlatformAccount } from '@quadrax/contract';
import { NativeSelect } from '@mantine/core';
import { createLazyRoute, useNavigate } from '@tanstack/react-router';
import { plural } from '#lib/format.ts';
import { oneOf } from '#lib/search.ts';
import { useOperator } from '#lib/session.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Filters } from '#ui/filters.tsx';
import { Page } from '#ui/page.tsx';
import { SearchField } from '#ui/search-field.tsx';
import { SkeletonText } from '#ui/skeletons.tsx';
import { AccountList } from './account-list.tsx';
import type { AccountsSearch } from './index.ts';
import { useAccounts } from './platform-queries.ts';

export const Route = createLazyRoute('/shell/platform')({ component: PlatformPage });

/** Every account of the installation, for whoever runs it. */
function PlatformPage() {
  const allowed = useOperator();
  if (allowed) return <Accounts />;
  return (
    <Page title="Platform">
      <EmptyState
        title="For platform administrators"
        sentence="Whoever runs this installation sees to its accounts here."
      />
    </Page>
  );
}

function Accounts() {
  const search = Route.useSearch();
  const list = useAccounts(search);
  const accounts = list.data?.pages.flatMap((page) => page.items);
  const filtered = Object.values(search).some((value) => value !== undefined);
  return (
    <Page
      title="Platform"
      state={
        accounts
          ? stateOf(accounts, list.hasNextPage, filtered)
          : list.isPending && <SkeletonText width={20} />
      }
      copyAs={<CopyAs call={{ name: 'platform.accounts', query: { ...search } }} />}
    >
      <AccountFilters search={search} />
      {list.error && !accounts ? (
        <ErrorState
          error={list.error}
          title="The accounts could not be read."
          onRetry={() => void list.refetch()}
        />
      ) : (
        <AccountList list={list} accounts={accounts ?? []} />
      )}
    </Page>
  );
}

function stateOf(accounts: readonly PlatformAccount[], more: boolean, filtered: boolean): string {
  const count = `${plural(accounts.length, 'account')}${more ? ' and more' : ''}`;
  if (filtered) return `${count} ${accounts.length === 1 ? 'fits' : 'fit'}`;
  const shut = accounts.filter(({ disabled }) => disabled).length;
  return shut === 0 ? count : `${count} · ${shut} disabled`;
}

function AccountFilters({ search }: { search: AccountsSearch }) {
  const navigate = useNavigate();
  const put = (change: AccountsSearch) =>
    void navigate({ to: '/platform', search: { ...search, ...change }, replace: true });
  return (
    <Filters>
      <SearchField
        label="Search accounts"
        placeholder="Search by name or address"
        value={search.search}
        onSearch={(text) => {
          put({ search: text });
        }}
      />
      <NativeSelect
        aria-label="State"
        value={search.disabled ?? ''}
        data={[
          { value: '', label: 'Any state' },
          { value: 'false', label: 'Active' },
          { value: 'true', label: 'Disabled' },
        ]}
        onChange={(event) => {
          put({ disabled: oneOf(event.currentTarget.value, ['true', 'false']) });
        }}
      />
    </Filters>
  );
}
