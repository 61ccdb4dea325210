import { TextInput } from '@mantine/core';
import type { GetInputPropsReturnType } from '@mantine/form';
import { useFirstFocus } from '#lib/use-first-focus.ts';
import styles from './door.module.css';

/** First and last name, side by side; the focus is there first. */
export function NameFields(props: { inputOf: (name: 'firstName' | 'lastName') => GetInputPropsReturnType }) {
  const first = useFirstFocus();
  return (
    <div className={styles.pair}>
      <TextInput label="First name" autoComplete="given-name" ref={first} {...props.inputOf('firstName')} />
      <TextInput label="Last name" autoComplete="family-name" {...props.inputOf('lastName')} />
    </div>
  );
}
