import styles from './person.module.css';

export interface PersonProps {
  firstName: string;
  lastName: string;
  email: string;
  /** Quiet words beside the name: "you", "deactivated". */
  remarks: readonly string[];
  /** The same, where a phone has no column for it. */
  phoneRemark?: string | undefined;
  /** What is wrong with the last change of this row. */
  problem?: string | undefined;
}

export const nameOf = ({ firstName, lastName }: Pick<PersonProps, 'firstName' | 'lastName'>): string =>
  `${firstName} ${lastName}`;

/** A person in a list: the name, and below it the address. */
export function Person({ firstName, lastName, email, remarks, phoneRemark, problem }: PersonProps) {
  const name = nameOf({ firstName, lastName });
  return (
    <div className={styles.person}>
      <div className={styles.head}>
        <span className={styles.name} title={name}>
          {name}
        </span>
        {remarks.map((remark) => (
          <span key={remark} className={styles.quiet}>
            · {remark}
          </span>
        ))}
        {phoneRemark !== undefined && (
          <span className={`${styles.quiet} ${styles.phone}`}>· {phoneRemark}</span>
        )}
      </div>
      <div className={`${styles.email} ${styles.quiet}`} title={email}>
        {email}
      </div>
      <div role="alert" className={styles.problem}>
        {problem}
      </div>
    </div>
  );
}
