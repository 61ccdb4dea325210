import type { Datakit } from '@quadrax/contract';
import { Button, NativeSelect } from '@mantine/core';
import { useDatakits } from './datakit-queries.ts';
import styles from './datakit-tabs.module.css';
import { type Joined, tableName } from './table-name.ts';

/** Other datakits that a query names, each by the name of its table. */
export function JoinedDatakits(props: {
  datakit: Datakit;
  joined: readonly Joined[];
  onChange: (joined: readonly Joined[]) => void;
}) {
  const { datakit, joined, onChange } = props;
  const { data } = useDatakits({ status: 'READY', sort: 'name' });
  const taken = new Set([datakit.id, ...joined.map(({ datakitId }) => datakitId)]);
  const others = data?.pages.flatMap(({ items }) => items).filter(({ id }) => !taken.has(id)) ?? [];
  if (others.length === 0 && joined.length === 0) return null;
  const add = (id: string): void => {
    const chosen = others.find((one) => one.id === id);
    if (chosen) onChange([...joined, { datakitId: id, as: tableName(chosen.name, joined) }]);
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
      {joined.length < 8 && others.length > 0 && (
        <NativeSelect
          size="xs"
          aria-label="Another datakit to join"
          value=""
          onChange={(event) => add(event.currentTarget.value)}
          data={[
            { value: '', label: 'Join another datakit …' },
            ...others.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
    </div>
  );
}
