import type { Member } from '@quadrax/contract';
import { TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { FilterChoice, FilterOnly, Filters } from '#ui/filters.tsx';
import type { Choice } from '#ui/filters.tsx';
import { nameOf } from '#ui/person.tsx';
import { SearchField } from '#ui/search-field.tsx';
import type { Names } from './audit-sentences.ts';
import { actionKinds } from './audit-words.ts';
import type { AuditSearch } from './index.ts';

/** The choices, and what is chosen though it is none of them. */
const including = (
  choices: readonly Choice<string>[],
  value: string | undefined,
  label: string,
): Choice<string>[] =>
  value === undefined || choices.some((choice) => choice.value === value)
    ? [...choices]
    : [...choices, { value, label }];

/** What narrows the log: words, who, what, and when. */
export function AuditFilters(props: { search: AuditSearch; people: readonly Member[]; names: Names }) {
  const { search, people, names } = props;
  const navigate = useNavigate();
  const put = (change: AuditSearch) =>
    void navigate({ to: '/audit', search: { ...search, ...change }, replace: true });
  const persons = people.map((person) => ({ value: person.id, label: nameOf(person) }));
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
      <FilterChoice
        label="Who"
        any="Anybody"
        value={search.actor}
        choices={including(persons, search.actor, 'Somebody who left')}
        onChoose={(actor) => put({ actor })}
      />
      <FilterChoice
        label="What"
        any="Any action"
        value={search.action}
        choices={including(actionKinds, search.action, search.action ?? '')}
        onChoose={(action) => put({ action })}
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
        <FilterOnly
          name={names.get(search.resource) ?? search.resource.slice(0, 8)}
          onClear={() => put({ resource: undefined })}
        />
      )}
    </Filters>
  );
}
