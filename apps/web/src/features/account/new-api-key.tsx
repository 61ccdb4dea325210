import type { NewApiKey as MadeKey } from '@quadrax/client';
import type { ApiKeyScope } from '@quadrax/contract';
import { Button, Modal, NativeSelect, Radio, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { useUser } from '#lib/session.ts';
import { SendForm } from '#ui/send-form.tsx';
import { expiryOf, lifetimes, scopesFor } from './api-key-choices.ts';
import type { Lifetime } from './api-key-choices.ts';
import { MadeApiKey } from './made-api-key.tsx';
import styles from './account-page.module.css';

/** Makes a key, and shows it once. */
export function NewApiKey() {
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [made, setMade] = useState<MadeKey>();
  return (
    <>
      <Button
        variant="default"
        onClick={() => {
          setMade(undefined);
          setOpened(true);
        }}
      >
        New key
      </Button>
      <Modal
        opened={opened}
        onClose={() => {
          setOpened(false);
        }}
        title={made === undefined ? 'New API key' : `The key ${made.name}`}
        size={560}
        // A stray key or click must not take away what is shown only once.
        closeOnEscape={made === undefined}
        closeOnClickOutside={made === undefined}
        withCloseButton={made === undefined}
      >
        {made === undefined ? (
          <KeyForm
            onDone={(key) => {
              setMade(key);
              void queries.invalidateQueries({ queryKey: ['account', 'api-keys'] });
            }}
          />
        ) : (
          <MadeApiKey
            made={made}
            onDone={() => {
              setOpened(false);
            }}
          />
        )}
      </Modal>
    </>
  );
}

interface KeyValues {
  name: string;
  scope: ApiKeyScope;
  lifetime: Lifetime;
}

function KeyForm({ onDone }: { onDone: (key: MadeKey) => void }) {
  const offered = scopesFor(useUser()?.role ?? 'VIEWER');
  const form = useForm<KeyValues>({
    initialValues: { name: '', scope: 'read', lifetime: '90' },
    validate: {
      name: (value) => (value.trim() === '' ? 'Enter a name, such as what will use the key.' : null),
    },
  });
  return (
    <SendForm
      form={form}
      send={({ name, scope, lifetime }) => {
        const expiresAt = expiryOf(lifetime, Date.now());
        return api.account.createApiKey({ name, scopes: [scope], ...(expiresAt && { expiresAt }) });
      }}
      onDone={onDone}
      verb="Make the key"
      place="dialog"
    >
      <TextInput
        label="Name"
        description="What will use it: a script, a machine, a service."
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Radio.Group label="What it may do" {...form.getInputProps('scope')}>
        <div className={styles.choices}>
          {offered.map(({ value, label, explained }) => (
            <Radio key={value} value={value} label={label} description={explained} size="sm" />
          ))}
        </div>
      </Radio.Group>
      <NativeSelect label="Expires" data={[...lifetimes]} {...form.getInputProps('lifetime')} />
    </SendForm>
  );
}
