import type { Deletion } from '@quadrax/contract';
import { Button } from '@mantine/core';
import type { DataColumn } from './data-table.tsx';
import { Moment } from './moment.tsx';
import { showFailure } from './undo-notice.tsx';

interface Deleted {
  readonly id: string;
  readonly name: string;
  readonly deletion?: Deletion | undefined;
}

/** What a list of deleted things shows of each: who deleted it, when, until when it can be restored, and the way back. */
export const deletedColumns = <Row extends Deleted>(
  /** Absent: this role may not. */
  restore: ((id: string) => Promise<unknown>) | undefined,
): readonly DataColumn<Row>[] => [
  { key: 'name', sorts: 'ascending', header: 'Name', grow: true, render: ({ name }) => name },
  {
    key: 'by',
    header: 'Deleted by',
    width: 170,
    secondary: true,
    render: ({ deletion }) => deletion?.by?.name ?? '–',
  },
  {
    key: 'at',
    header: 'Deleted',
    width: 100,
    align: 'right',
    render: ({ deletion }) => deletion && <Moment at={deletion.at} />,
  },
  {
    key: 'until',
    header: 'Kept until',
    width: 130,
    align: 'right',
    secondary: true,
    render: ({ deletion }) => deletion && new Date(deletion.restorableUntil).toLocaleDateString(),
  },
  {
    key: 'restore',
    header: <span className="visually-hidden">Actions</span>,
    width: 90,
    align: 'right',
    render: ({ id, name }) =>
      restore && (
        <Button
          variant="default"
          size="xs"
          aria-label={`Restore ${name}`}
          onClick={() =>
            void restore(id).catch((error: unknown) => showFailure(error, `${name} could not be restored.`))
          }
        >
          Restore
        </Button>
      ),
  },
];
