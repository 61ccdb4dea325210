import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { chosenTenant } from '#lib/api.ts';
import { asCurl, asTypeScript } from '#lib/copy-as.ts';
import type { ApiCall } from '#lib/copy-as.ts';
import { writeClipboard } from '#lib/clipboard.ts';
import { Icon } from './icons.tsx';

export interface CopyAsProps {
  /** The call that shows this resource. */
  call: ApiCall;
  label?: string;
}

/** Menu that copies the same call as curl or as TypeScript. */
export function CopyAs({ call, label = 'Copy as' }: CopyAsProps) {
  const copy = async (text: string, name: string) => {
    const done = await writeClipboard(text);
    notifications.show(
      done
        ? { message: `Copied as ${name}.` }
        : { message: 'The browser did not allow copying. Allow the clipboard for this page.', color: 'red' },
    );
  };
  return (
    <Menu>
      <Menu.Target>
        <Button variant="subtle" color="gray" rightSection={<Icon name="down" size={14} />}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void copy(asCurl(call, location.origin, chosenTenant()), 'curl')}>
          curl
        </Menu.Item>
        <Menu.Item
          onClick={() => void copy(asTypeScript(call, location.origin, chosenTenant()), 'TypeScript')}
        >
          TypeScript
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
