import { type KeyboardEvent, useRef, useState } from 'react';
import { formatInteger, formatPercent } from '#lib/format.ts';
import { categoryScale } from '#ui/palette.ts';
import {
  cellSentence,
  cellShade,
  type Confusion,
  confusionCells,
  confusionSentence,
  DEEP,
} from './confusion.ts';
import styles from './confusion-matrix.module.css';

const steps: Record<string, readonly [row: number, column: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** True against predicted classes, shares of the true class as shade; arrow keys move, the line below reads the cell, Enter opens its rows. */
export function ConfusionMatrix({
  confusion,
  classes,
  onOpen,
}: {
  confusion: Confusion;
  classes: readonly string[];
  /** A click or Enter on a cell. */
  onOpen: (actual: string, predicted: string) => void;
}) {
  const cells = confusionCells(confusion);
  const [at, setAt] = useState<readonly [number, number]>();
  const [place, setPlace] = useState<readonly [number, number]>([0, 0]);
  const table = useRef<HTMLTableElement>(null);
  const color = categoryScale(classes);
  const { labels } = confusion;
  const many = labels.length > 6;
  const move = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const clamp = (value: number): number => Math.min(labels.length - 1, Math.max(0, value));
    const next = [clamp(place[0] + step[0]), clamp(place[1] + step[1])] as const;
    setPlace(next);
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.join(',')}"]`)?.focus();
  };
  const row = at && cells[at[0]];
  const cell = at && row?.[at[1]];
  return (
    <div className={styles.whole}>
      <div className={styles.frame}>
        <table ref={table} className={many ? `${styles.matrix} ${styles.many}` : styles.matrix}>
          <caption className="visually-hidden">True classes in rows, predicted classes in columns</caption>
          <thead>
            <tr>
              <th scope="col" rowSpan={2} className={styles.corner}>
                True
              </th>
              <th scope="colgroup" colSpan={labels.length} className={styles.axis}>
                Predicted
              </th>
            </tr>
            <tr>
              {labels.map((label) => (
                <th key={label} scope="col" title={label}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cells.map((line, i) => (
              <tr key={labels[i]}>
                <th scope="row" title={labels[i]}>
                  <i style={{ background: color(labels[i] ?? '') }} />
                  {labels[i]}
                </th>
                {line.map((one, j) => (
                  <td
                    key={one.predicted}
                    className={`${one.right ? styles.right : styles.wrong} ${one.share >= DEEP ? styles.deep : ''}`}
                    style={
                      {
                        '--share': `${Math.round(cellShade(one.share, one.count) * 100)}%`,
                      } as React.CSSProperties
                    }
                  >
                    <button
                      type="button"
                      data-cell={`${i},${j}`}
                      tabIndex={place[0] === i && place[1] === j ? 0 : -1}
                      onKeyDown={move}
                      onClick={() => onOpen(one.actual, one.predicted)}
                      onFocus={() => {
                        setAt([i, j]);
                        setPlace([i, j]);
                      }}
                      onBlur={() => setAt(undefined)}
                      onMouseEnter={() => setAt([i, j])}
                      onMouseLeave={() => setAt(undefined)}
                    >
                      <b>
                        {one.count === 0 ? '0' : formatPercent(one.share, one.share > 0.995 || many ? 0 : 1)}
                      </b>
                      {!many && <span>{formatInteger(one.count)}</span>}
                      <small className="visually-hidden"> {cellSentence(one, line)}</small>
                    </button>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.read}>{cell && row ? cellSentence(cell, row) : confusionSentence(cells)}</p>
    </div>
  );
}
