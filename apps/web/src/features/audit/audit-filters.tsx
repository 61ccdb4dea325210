import type { Member } from '@quadrax/contract';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Filters } from '#ui/filters.tsx';
import { SearchField } from '#ui/search-field.tsx';
import { actionKinds } from './audit-words.ts';
import type { Names } from './audit-words.ts';
import type { AuditSearch } from './index.ts';

interface Choice {
  value: string;
  label: string;
}

/** The choices, and what is chosen though it is none of them. */
const including = (choices: readonly Choice[], value: string | undefined, label: string): Choice[] =>
  value === undefined || choices.some((choice) => choice.value === value)
    ? [...choices]
    : [...choices, { value, label }];

/** What narrows the log: words, who, what, and when. */
export function AuditFilters(props: { search: AuditSearch; people: readonly Member[]; names: Names }) {
  const { search, people, names } = props;
  const navigate = useNavigate();
  const put = (change: AuditSearch) =>
    void navigate({ to: '/audit', search: { ...search, ...change }, replace: true });
  const persons = people.map(({ id, firstName, lastName }) => ({
    value: id,
    label: `${firstName} ${lastName}`,
  }));
  return (
    <Filters>
      <SearchField
        label="Search the log"
        placeholder="Search names, values, addresses"
        value={search.search}
        onSearch={(text) => {
          put({ search: text });
        }}
      />
      <NativeSelect
        aria-label="Who"
        value={search.actor ?? ''}
        data={[{ value: '', label: 'Anybody' }, ...including(persons, search.actor, 'Somebody who left')]}
        onChange={(event) => {
          put({ actor: event.currentTarget.value || undefined });
        }}
      />
      <NativeSelect
        aria-label="What"
        value={search.action ?? ''}
        data={[
          { value: '', label: 'Any action' },
          ...including(actionKinds, search.action, search.action ?? ''),
        ]}
        onChange={(event) => {
          put({ action: event.currentTarget.value || undefined });
        }}
      />
      <TextInput
        type="date"
        label="From"
        value={search.from ?? ''}
        max={search.to}
        onChange={(event) => {
          put({ from: event.currentTarget.value || undefined });
        }}
      />
      <TextInput
        type="date"
        label="To"
        value={search.to ?? ''}
        min={search.from}
        onChange={(event) => {
          put({ to: event.currentTarget.value || undefined });
        }}
      />
      {search.resource !== undefined && (
        <Button
          variant="default"
          onClick={() => {
            put({ resource: undefined });
          }}
        >
          Only {names.get(search.resource) ?? search.resource.slice(0, 8)} · Show all
        </Button>
      )}
    </Filters>
  );
}
