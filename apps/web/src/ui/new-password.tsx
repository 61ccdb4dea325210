import type { PasswordStrength } from '@quadrax/contract';
import { PasswordInput } from '@mantine/core';
import type { PasswordInputProps } from '@mantine/core';
import { useEffect, useState } from 'react';
import { usePasswordStrength } from '#lib/use-password-strength.ts';
import styles from './new-password.module.css';

export type NewPasswordProps = PasswordInputProps & {
  /** Names and addresses of the person, which should not be in it. */
  personal: readonly string[];
};

/** Where a password is chosen: the field, and under it how hard it is to guess. The server has the last word. */
export function NewPassword({ personal, ...input }: NewPasswordProps) {
  const strength = usePasswordStrength(typeof input.value === 'string' ? input.value : '', personal);
  return (
    <div>
      <PasswordInput
        label="Password"
        description="At least 10 characters. A sentence is easier to keep in mind than symbols."
        autoComplete="new-password"
        aria-invalid={Boolean(input.error)}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
        {...input}
      />
      <Meter strength={strength} refused={Boolean(input.error)} />
    </div>
  );
}

const steps = [
  { word: 'Very weak', tone: styles.bad },
  { word: 'Weak', tone: styles.bad },
  { word: 'Fair', tone: styles.warn },
  { word: 'Good', tone: styles.good },
  { word: 'Strong', tone: styles.good },
] as const;

const stepOf = (strength: PasswordStrength) => steps[strength.score] ?? steps[0];

/** Five steps and a word. Its room is there before, so that nothing moves as one types. */
function Meter({ strength, refused }: { strength: PasswordStrength | undefined; refused: boolean }) {
  const step = strength && stepOf(strength);
  return (
    <div className={styles.meter}>
      <div className={styles.bar} aria-hidden="true">
        {steps.map(({ word }, index) => (
          <span key={word} className={strength && index <= strength.score ? step?.tone : undefined} />
        ))}
      </div>
      <p className={styles.line}>
        {strength && (
          <>
            <strong>{step?.word}</strong>
            {` · guessing it would take ${strength.crackTime}`}
          </>
        )}
      </p>
      {/* What is refused says at the field why: not once more here. */}
      {strength && !refused && <Advice strength={strength} />}
      <Announcement words={strength && announcementOf(strength)} />
    </div>
  );
}

function Advice({ strength: { warning, suggestions } }: { strength: PasswordStrength }) {
  const lines = [warning, ...suggestions].filter((line) => line !== undefined && line !== '');
  if (lines.length === 0) return null;
  return (
    <ul className={styles.advice}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

const announcementOf = (strength: PasswordStrength): string =>
  [`Password strength: ${stepOf(strength).word}.`, strength.warning].filter(Boolean).join(' ');

/** Tells those who listen, once it has held for a second: not at every key. */
function Announcement({ words = '' }: { words: string | undefined }) {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSaid(words), 1_000);
    return () => clearTimeout(timer);
  }, [words]);
  return <output className="visually-hidden">{said}</output>;
}
