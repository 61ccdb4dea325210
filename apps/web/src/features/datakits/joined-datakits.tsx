import type { Datakit } from '@quadrax/contract';
import { Button, Select } from '@mantine/core';
import { useDatakitSearch } from './datakit-search.tsx';
import styles from './datakit-tabs.module.css';
import { type Joined, tableName } from './table-name.ts';

/** Other datakits that a query names, each by the name of its table. */
export function JoinedDatakits(props: {
  datakit: Datakit;
  joined: readonly Joined[];
  onChange: (joined: readonly Joined[]) => void;
}) {
  const { datakit, joined, onChange } = props;
  const { shown, select, clear } = useDatakitSearch(undefined, { status: 'READY' });
  const taken = new Set([datakit.id, ...joined.map(({ datakitId }) => datakitId)]);
  const others = shown.filter(({ id }) => !taken.has(id));
  if (others.length === 0 && joined.length === 0 && select.searchValue === '') return null;
  const add = (id: string): void => {
    const chosen = others.find((one) => one.id === id);
    if (chosen) onChange([...joined, { datakitId: id, as: tableName(chosen.name, joined) }]);
    clear();
  };
  return (
    <div className={styles.bar}>
      {joined.map(({ datakitId, as }) => (
        <Button
          key={datakitId}
          variant="default"
          size="xs"
          aria-label={`Leave out ${as}`}
          title={`The table ${as}: leave it out`}
          onClick={() => onChange(joined.filter((one) => one.datakitId !== datakitId))}
        >
          {as} ×
        </Button>
      ))}
      {joined.length < 8 && (
        <Select
          {...select}
          size="xs"
          className={styles.join}
          aria-label="Another datakit to join"
          placeholder="Join another datakit"
          value={null}
          onChange={(id) => id !== null && add(id)}
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
    </div>
  );
}
