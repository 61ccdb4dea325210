import { StatusMark } from './status-mark.tsx';

/** Whether somebody may enter: a workspace deactivates its members, whoever runs the platform disables accounts. */
export type Standing = 'active' | 'deactivated' | 'disabled';

export const standings = {
  active: { tone: 'good', label: 'Active', meaning: 'May sign in and enter.' },
  deactivated: {
    tone: 'idle',
    label: 'Deactivated',
    meaning: 'May not enter this workspace; an administrator of it can activate them again.',
  },
  disabled: {
    tone: 'bad',
    label: 'Disabled',
    meaning: 'The account cannot sign in anywhere; a platform administrator can enable it again.',
  },
} as const;

/** The state of a member or an account; what it means is its tooltip. */
export function StandingMark({ standing }: { standing: Standing }) {
  const { tone, label, meaning } = standings[standing];
  return (
    <span title={meaning}>
      <StatusMark tone={tone} label={label} />
    </span>
  );
}

/** The same in a word, said only of whoever may not enter. */
export const standingRemark = (standing: Standing): string | undefined =>
  standing === 'active' ? undefined : standing;
