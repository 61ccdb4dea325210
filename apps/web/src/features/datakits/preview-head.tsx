import type { ColumnProfile, ColumnType } from '@quadrax/contract';
import { formatInteger } from '#lib/format.ts';
import { Icon } from '#ui/icons.tsx';
import { HistogramSpark, SharesSpark } from '#ui/sparkline.tsx';
import styles from './preview-table.module.css';

export interface PreviewHeadProps {
  name: string;
  type: ColumnType;
  index: number;
  left: number;
  width: number;
  profile: ColumnProfile | undefined;
  rows: number;
  chosen: boolean;
  sorted: 'ascending' | 'descending' | 'none';
  onChoose: () => void;
  onSort: () => void;
}

/** The head of a column: its name, type and distribution. The name opens its profile, the arrow sorts. */
export function PreviewHead(props: PreviewHeadProps) {
  const { name, type, profile, rows, chosen, sorted } = props;
  const missing = profile?.missing ?? 0;
  return (
    <th
      scope="col"
      aria-sort={sorted}
      aria-colindex={props.index + 1}
      className={chosen ? `${styles.column} ${styles.open}` : styles.column}
      style={{ left: props.left, width: props.width }}
    >
      <div className={styles.title}>
        <button
          type="button"
          className={styles.name}
          aria-pressed={chosen}
          title={`${name}: show its profile`}
          onClick={props.onChoose}
        >
          {name}
        </button>
        <button
          type="button"
          className={sorted === 'none' ? styles.sort : `${styles.sort} ${styles.sorted}`}
          aria-label={`Sort by ${name}`}
          onClick={props.onSort}
        >
          <Icon name={sorted === 'descending' ? 'down' : 'up'} size={13} />
        </button>
      </div>
      <div className={styles.type}>
        {type}
        {missing > 0 && <span className={styles.gap}> · {formatInteger(missing)} missing</span>}
      </div>
      <div className={styles.spark} aria-hidden="true">
        {profile && <Spark profile={profile} rows={rows} width={props.width - 24} />}
      </div>
    </th>
  );
}

function Spark({ profile, rows, width }: { profile: ColumnProfile; rows: number; width: number }) {
  if (profile.histogram) {
    return <HistogramSpark counts={profile.histogram.counts} label="" width={width} height={24} />;
  }
  const present = rows - profile.missing;
  // Of an identifier every value is as rare as the next: shares would say nothing.
  if (!profile.top || present === 0 || (profile.top[0]?.count ?? 0) <= 1) {
    return <span className={styles.distinct}>{formatInteger(profile.distinct)} distinct</span>;
  }
  return (
    <SharesSpark shares={profile.top.map((top) => top.count / present)} label="" width={width} height={24} />
  );
}
