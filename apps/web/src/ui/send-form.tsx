import { Button } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formErrors } from '#lib/form-errors.ts';
import { Refusal } from './refusal.tsx';
import styles from './send-form.module.css';

export interface SendFormProps<V extends object, R> {
  form: UseFormReturnType<V>;
  send: (values: V) => Promise<R>;
  onDone?: (reply: R, values: V) => unknown;
  /** Fields at which an error code belongs though the server names none. */
  byCode?: Readonly<Record<string, string>>;
  /** Told of a refusal first; true: it is said elsewhere. */
  onRefused?: (error: unknown) => boolean;
  /** The verb on the button. */
  verb: string;
  /** Nothing to send yet. */
  disabled?: boolean;
  /** Beside the button. */
  besides?: ReactNode;
  /** Where it stands: alone on a page before signing in, in a dialog, or among others on a page. */
  place: 'door' | 'dialog' | 'page';
  children: ReactNode;
}

/** A form that is sent whole: what is refused is said at its fields or above the button, and what was typed stays. */
export function SendForm<V extends object, R>(props: SendFormProps<V, R>) {
  const { form, send, onDone, byCode, onRefused, verb, place } = props;
  const [refusal, setRefusal] = useState<string>();
  const sending = useMutation({
    mutationFn: send,
    onSuccess: onDone,
    onError: (error) => {
      if (onRefused?.(error)) return;
      const { fields, rest } = formErrors(error, Object.keys(form.getValues()), byCode);
      form.setErrors(fields);
      setRefusal(rest);
    },
  });
  return (
    <form
      className={`${styles.form} ${styles[place]}`}
      noValidate
      onSubmit={form.onSubmit((values) => {
        setRefusal(undefined);
        sending.mutate(values);
      })}
    >
      {props.children}
      <Refusal message={refusal} />
      <div className={styles.buttons}>
        <Button
          type="submit"
          loading={sending.isPending}
          disabled={props.disabled ?? false}
          fullWidth={place === 'door'}
        >
          {verb}
        </Button>
        {props.besides}
      </div>
    </form>
  );
}
