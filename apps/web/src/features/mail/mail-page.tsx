import type { Mail, MailMessage } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { Link, createLazyRoute } from '@tanstack/react-router';
import { formatMoment } from '#lib/format.ts';
import { useNow } from '#lib/use-now.ts';
import { sentenceCase } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Page } from '#ui/page.tsx';
import { Section } from '#ui/section.tsx';
import { SkeletonPage } from '#ui/skeletons.tsx';
import { useMail, useMailServer, useSendMail } from './mail-queries.ts';
import { MailServerNote } from './mail-server-note.tsx';
import { mailSentence, partsOf } from './mail-words.ts';
import styles from './mail.module.css';

export const Route = createLazyRoute('/shell/outbox/$id')({ component: MailPage });

function MailPage() {
  const { id } = Route.useParams();
  const { data: mail, error, refetch } = useMail(id);
  const now = useNow(10_000);
  const trail = <Link to="/outbox">Outbox</Link>;
  if (mail === undefined) {
    if (error === null) return <SkeletonPage />;
    return (
      <Page title="Mail" trail={trail}>
        <ErrorState error={error} title="The mail could not be read." onRetry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page
      title={mail.subject}
      trail={trail}
      state={mailSentence(mail, now)}
      action={<Send mail={mail} />}
      copyAs={<CopyAs call={{ name: 'mail.get', params: { id } }} />}
    >
      <MailServerNote />
      {mail.error !== undefined && mail.state !== 'sent' && <p className={styles.failure}>{mail.error}</p>}
      <Section title="Text" note="Its links may open an account: pass them on to the recipient only.">
        <Text mail={mail} />
      </Section>
      <Section title="Particulars">
        <Facts mail={mail} />
      </Section>
    </Page>
  );
}

/** Sends it: for the first time, at once, or again. With no mail server there is nothing to send it with. */
function Send({ mail }: { mail: Mail }) {
  const send = useSendMail(mail.id);
  const server = useMailServer();
  if (server === undefined || server.status === 'disabled') return null;
  const label = { kept: 'Send', waiting: 'Send now', sent: 'Send again', failed: 'Send again' }[mail.state];
  return (
    <Button
      variant={mail.state === 'sent' ? 'default' : 'filled'}
      loading={send.isPending}
      onClick={() => {
        send.mutate();
      }}
    >
      {label}
    </Button>
  );
}

/** The text as it is; its addresses can be followed and copied. */
function Text({ mail }: { mail: MailMessage }) {
  return (
    <pre className={styles.text}>
      {partsOf(mail.text).map((part) =>
        part.link ? (
          <a key={part.at} href={part.text} target="_blank" rel="noreferrer">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </pre>
  );
}

function Facts({ mail }: { mail: Mail }) {
  const facts = [
    ['To', mail.recipient],
    ['For', sentenceCase(mail.kind)],
    ['Written', formatMoment(mail.createdAt)],
    ['Sent', mail.sentAt && formatMoment(mail.sentAt)],
    ['Next attempt', mail.nextAttemptAt && formatMoment(mail.nextAttemptAt)],
    ['Attempts', String(mail.attempts)],
  ] as const;
  return (
    <dl className={styles.facts}>
      {facts.map(
        ([label, value]) =>
          value !== undefined && (
            <div key={label} style={{ display: 'contents' }}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
      <dt>Id</dt>
      <dd className="mono">{mail.id}</dd>
    </dl>
  );
}
