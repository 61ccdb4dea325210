import styles from './person.module.css';

export interface PersonProps {
  firstName: string;
  lastName: string;
  email: string;
  /** Quiet words beside the name: "you", "deactivated". */
  remarks: readonly string[];
  /** What is wrong with the last change of this row. */
  problem?: string | undefined;
}

/** A person in a list: the name, and below it the address. */
export function Person({ firstName, lastName, email, remarks, problem }: PersonProps) {
  const name = `${firstName} ${lastName}`;
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
