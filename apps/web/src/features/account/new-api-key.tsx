import type { NewApiKey as MadeKey } from '@quadrax/client';
import type { ApiKeyScope } from '@quadrax/contract';
import { Button, Modal, NativeSelect, Radio, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { formErrors } from '#lib/form-errors.ts';
import { useUser } from '#lib/session.ts';
import { Refusal } from '#ui/refusal.tsx';
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
  const [refusal, setRefusal] = useState<string>();
  const form = useForm<KeyValues>({
    initialValues: { name: '', scope: 'read', lifetime: '90' },
    validate: {
      name: (value) => (value.trim() === '' ? 'Enter a name, such as what will use the key.' : null),
    },
  });
  const make = useMutation({
    mutationFn: ({ name, scope, lifetime }: KeyValues) => {
      const expiresAt = expiryOf(lifetime, Date.now());
      return api.account.createApiKey({ name, scopes: [scope], ...(expiresAt && { expiresAt }) });
    },
    onSuccess: onDone,
    onError: (error) => {
      const { fields, rest } = formErrors(error, ['name']);
      form.setErrors(fields);
      setRefusal(rest);
    },
  });
  return (
    <form
      className={styles.dialog}
      noValidate
      onSubmit={form.onSubmit((values) => {
        setRefusal(undefined);
        make.mutate(values);
      })}
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
      <Refusal message={refusal} />
      <div className={styles.actions}>
        <Button type="submit" loading={make.isPending}>
          Make the key
        </Button>
      </div>
    </form>
  );
}
