import type { PlatformAccount } from '@quadrax/contract';
import { createLazyRoute, useNavigate } from '@tanstack/react-router';
import { useOperator } from '#lib/session.ts';
import { platformAdministrator } from '@quadrax/contract/words';
import { CopyAs } from '#ui/copy-as.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { FilterChoice, Filters } from '#ui/filters.tsx';
import { ListPage } from '#ui/list-page.tsx';
import { Page } from '#ui/page.tsx';
import { SearchField } from '#ui/search-field.tsx';
import { standings } from '#ui/standing.tsx';
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
        title={`For ${platformAdministrator}s`}
        sentence="Whoever runs this installation sees to its accounts here."
      />
    </Page>
  );
}

function Accounts() {
  const search = Route.useSearch();
  const list = useAccounts(search);
  return (
    <ListPage
      title="Platform"
      noun={['account', 'accounts']}
      list={list}
      search={search}
      remark={disabled}
      copyAs={<CopyAs call={{ name: 'platform.accounts', query: { ...search } }} />}
      filters={<AccountFilters search={search} />}
    >
      <AccountList list={list} />
    </ListPage>
  );
}

function disabled(accounts: readonly PlatformAccount[]): string | undefined {
  const count = accounts.filter((account) => account.disabled).length;
  return count === 0 ? undefined : `${count} disabled`;
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
        onSearch={(text) => put({ search: text })}
      />
      <FilterChoice
        label="State"
        any="Any state"
        value={search.disabled}
        choices={[
          { value: 'false', label: standings.active.label },
          { value: 'true', label: standings.disabled.label },
        ]}
        onChoose={(disabled) => put({ disabled })}
      />
    </Filters>
  );
}
