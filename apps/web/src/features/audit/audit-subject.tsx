import type { AuditEntry } from '@quadrax/contract';
import { Link } from '@tanstack/react-router';
import type { Names } from './audit-sentences.ts';
import styles from './audit-page.module.css';

/** The name of what an entry is about; it leads to its page where it still has one. */
export function AuditSubject({ entry, name, names }: { entry: AuditEntry; name: string; names: Names }) {
  const { action, resourceId: id = '' } = entry;
  const [noun] = action.split('.');
  const params = { id };
  // Whatever has a name today is there today.
  if (noun === 'datakit' && names.has(id))
    return (
      <Link to="/datakits/$id" params={params} className={styles.subject}>
        {name}
      </Link>
    );
  if (noun === 'model' && names.has(id))
    return (
      <Link to="/models/$id" params={params} className={styles.subject}>
        {name}
      </Link>
    );
  if (noun === 'job')
    return (
      <Link to="/jobs/$id" params={params} className={styles.subject}>
        {name}
      </Link>
    );
  if (noun !== undefined && ['user', 'account', 'platform'].includes(noun) && names.has(id))
    return (
      <Link to="/members" search={{ search: names.get(id) }} className={styles.subject}>
        {name}
      </Link>
    );
  return <span className={styles.subject}>{name}</span>;
}
