import { TextInput } from '@mantine/core';
import type { GetInputPropsReturnType } from '@mantine/form';
import { useFirstFocus } from '#lib/use-first-focus.ts';
import styles from './door.module.css';

const needed = (sentence: string) => (value: string) => (value.trim() === '' ? sentence : null);

/** What is looked at before a new account is sent. The server has the last word. */
export const newAccountRules = {
  firstName: needed('Enter your first name.'),
  lastName: needed('Enter your last name.'),
  email: (value: string) =>
    /^\S+@\S+$/.test(value.trim()) ? null : 'Enter an email address, such as ada@example.org.',
  password: (value: string) => (value.length < 10 ? 'Use at least 10 characters.' : null),
};

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
