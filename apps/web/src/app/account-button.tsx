import type { User } from '@quadrax/contract';
import type { ButtonHTMLAttributes, Ref } from 'react';
import { Icon } from '#ui/icons.tsx';
import styles from './shell.module.css';

type AccountButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  user: User;
  ref?: Ref<HTMLButtonElement>;
};

/** Opens the account menu. Its name holds what is seen of it: the workspace. */
export function AccountButton({ user, ...rest }: AccountButtonProps) {
  return (
    <button {...rest} type="button" className={styles.account}>
      <span className={styles.initials} aria-hidden="true">
        {user.firstName.charAt(0)}
        {user.lastName.charAt(0)}
      </span>
      <span className="visually-hidden">
        Account of {user.firstName} {user.lastName},{' '}
      </span>
      <span className={styles.who}>{user.tenantName}</span>
      <Icon name="down" size={14} />
    </button>
  );
}
