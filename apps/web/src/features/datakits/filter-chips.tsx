import { Button } from '@mantine/core';
import { Icon } from '#ui/icons.tsx';
import styles from './datakit-view.module.css';
import { filterText, type PreviewFilter } from './preview-filter.ts';

/** The conditions on the rows, each of which can be taken away. */
export function FilterChips(props: {
  filters: readonly PreviewFilter[];
  onChange: (filters: readonly PreviewFilter[]) => void;
}) {
  const { filters, onChange } = props;
  if (filters.length === 0)
    return <span className={styles.quiet}>Choose a column to see its profile and to filter by it.</span>;
  return (
    <>
      {filters.map((filter, place) => (
        <button
          type="button"
          className={styles.chip}
          key={filterText(filter)}
          aria-label={`Remove the condition ${filterText(filter)}`}
          onClick={() => onChange(filters.filter((_, other) => other !== place))}
        >
          <span>{filterText(filter)}</span>
          <Icon name="close" size={12} />
        </button>
      ))}
      <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange([])}>
        Show all rows
      </Button>
    </>
  );
}
