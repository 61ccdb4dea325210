import type { ReactNode } from 'react';
import { StatusMark } from '#ui/status-mark.tsx';
import { useLinkProblem, useMailServer } from './mail-queries.ts';
import styles from './mail.module.css';

const Name = ({ children }: { children: string }) => <code className={styles.name}>{children}</code>;

/** Whether mails leave this installation and their links lead here, and what to set if not. */
export function MailServerNote() {
  const links = useLinkProblem();
  return (
    <>
      <Sending />
      {links !== undefined && (
        <Note>
          <StatusMark tone="warn" label={links} />
        </Note>
      )}
    </>
  );
}

function Sending() {
  const server = useMailServer();
  if (server === undefined) return null;
  if (server.status === 'healthy')
    return (
      <Note>
        <StatusMark tone="good" label="The mail server answers: mails are sent at once." />
      </Note>
    );
  if (server.status === 'disabled')
    return (
      <Note>
        <StatusMark tone="warn" label="No mail server is configured: mails are kept here." />
        <p>
          To send mails, set <Name>SMTP_HOST</Name> and <Name>SMTP_FROM</Name>, and <Name>SMTP_USER</Name> and{' '}
          <Name>SMTP_PASSWORD</Name> if the server asks for them; then start Quadrax again. What is kept by
          then goes out only when you send it.
        </p>
      </Note>
    );
  return (
    <Note>
      <StatusMark tone="bad" label="The mail server cannot be used: mails wait here." />
      <p>
        Each is tried again for about a day. Check <Name>SMTP_HOST</Name>, <Name>SMTP_PORT</Name>,{' '}
        <Name>SMTP_USER</Name> and <Name>SMTP_PASSWORD</Name>; the reason stands at each mail.
      </p>
    </Note>
  );
}

const Note = ({ children }: { children: ReactNode }) => <output className={styles.note}>{children}</output>;
