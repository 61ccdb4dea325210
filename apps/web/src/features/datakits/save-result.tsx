import type { Datakit } from '@quadrax/contract';
import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMayWrite } from '#lib/session.ts';
import { ErrorState } from '#ui/error-state.tsx';
import styles from './datakit-tabs.module.css';
import { type TransformBody, useTransform } from './datakit-work.ts';
import { inWords } from './transform-preview.ts';

/** Keeps what a query or a list of steps makes: as the next version, or as a datakit of its own. */
export function SaveResult(props: {
  datakit: Datakit;
  recipe: Omit<TransformBody, 'as'>;
  disabled: boolean;
  /** A split makes two datakits and never a version. */
  alwaysNew?: boolean;
}) {
  const { datakit, recipe, disabled, alwaysNew = false } = props;
  const mayWrite = useMayWrite();
  const go = useNavigate();
  const transform = useTransform(datakit.id);
  const [name, setName] = useState('');
  if (!mayWrite) return null;
  const save = (as: TransformBody['as']): void =>
    transform.mutate(
      { ...recipe, ...(as && { as }) },
      {
        onSuccess: (made) => {
          notifications.show({
            message: as ? `Making ${made.name}.` : `Making version ${made.version}.`,
            closeButtonProps: { 'aria-label': 'Dismiss' },
          });
          void go({
            to: '/datakits/$id',
            params: { id: made.id },
            search: made.id === datakit.id ? { tab: 'versions' } : {},
          });
        },
      },
    );
  return (
    <>
      <div className={styles.save}>
        {!alwaysNew && (
          <Button
            variant="default"
            disabled={disabled}
            loading={transform.isPending}
            onClick={() => save(undefined)}
          >
            Save as new version
          </Button>
        )}
        <TextInput
          aria-label="Name of the new datakit"
          placeholder={alwaysNew ? datakit.name : 'Name of a new datakit'}
          maxLength={240}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={disabled || (!alwaysNew && name.trim() === '')}
          loading={transform.isPending}
          onClick={() => save({ name: name.trim() === '' ? datakit.name : name.trim() })}
        >
          {alwaysNew ? 'Make two datakits' : 'Save as new datakit'}
        </Button>
      </div>
      {transform.error && (
        <ErrorState error={inWords(transform.error, recipe.steps ?? [])} title="It could not be saved." />
      )}
    </>
  );
}
