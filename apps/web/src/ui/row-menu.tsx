import { ActionIcon, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DataColumn } from './data-table.tsx';
import { Icon } from './icons.tsx';

/** What may be done to one row, behind three dots. */
export function RowMenu({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${name}`}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}

/** The last column of a list: what may be done to a row. Its head is for screen readers only. */
export const actionColumn = <T,>(render: (row: T) => ReactNode, header = 'Actions'): DataColumn<T> => ({
  key: header,
  header: <span className="visually-hidden">{header}</span>,
  align: 'right',
  render,
});
