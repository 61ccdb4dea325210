import type { NewInvitation } from '@quadrax/client';
import type { Role } from '@quadrax/contract';
import { Button, Modal, Radio, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { writeClipboard } from '#lib/clipboard.ts';
import { formErrors } from '#lib/form-errors.ts';
import { formatMoment } from '#lib/format.ts';
import { sentenceCase } from '#lib/words.ts';
import { Refusal } from '#ui/refusal.tsx';
import { roles } from './index.ts';
import { useInvite } from './member-queries.ts';
import styles from './members-page.module.css';

const may: Record<Role, string> = {
  ADMIN: 'Sees to members and reads the audit log besides.',
  USER: 'Adds data, trains and deploys models.',
  VIEWER: 'Reads, and changes nothing.',
};

/** Invites somebody, and shows the link this once. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const [invitation, setInvitation] = useState<NewInvitation>();
  return (
    <Modal opened onClose={onClose} title="Invite somebody" size={480}>
      {invitation ? (
        <Invited
          invitation={invitation}
          onNext={() => {
            setInvitation(undefined);
          }}
          onClose={onClose}
        />
      ) : (
        <InviteForm onInvited={setInvitation} />
      )}
    </Modal>
  );
}

function InviteForm({ onInvited }: { onInvited: (invitation: NewInvitation) => void }) {
  const invite = useInvite();
  const [refusal, setRefusal] = useState<string>();
  const form = useForm<{ email: string; role: Role }>({
    initialValues: { email: '', role: 'USER' },
    validate: { email: (value) => (/^\S+@\S+$/.test(value.trim()) ? null : 'Enter an email address.') },
  });
  return (
    <form
      className={styles.dialog}
      noValidate
      onSubmit={form.onSubmit(({ email, role }) => {
        setRefusal(undefined);
        invite.mutate(
          { email: email.trim(), role },
          {
            onSuccess: onInvited,
            onError: (error) => {
              const { fields, rest } = formErrors(error, ['email', 'role'], { CONFLICT: 'email' });
              form.setErrors(fields);
              setRefusal(rest);
            },
          },
        );
      })}
    >
      <TextInput
        label="Email"
        type="email"
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('email')}
      />
      <Radio.Group label="Role" {...form.getInputProps('role')}>
        <div className={styles.dialog}>
          {roles.map((role) => (
            <Radio key={role} value={role} label={sentenceCase(role)} description={may[role]} />
          ))}
        </div>
      </Radio.Group>
      <Refusal message={refusal} />
      <div className={styles.buttons}>
        <Button type="submit" loading={invite.isPending}>
          Invite
        </Button>
      </div>
    </form>
  );
}

const copyLink = async (link: string): Promise<void> => {
  const done = await writeClipboard(link);
  notifications.show(
    done
      ? { message: 'Copied the link.' }
      : { message: 'The browser did not allow copying. Select the link and copy it.', color: 'red' },
  );
};

function Invited(props: { invitation: NewInvitation; onNext: () => void; onClose: () => void }) {
  const { email, link, mailed, expiresAt } = props.invitation;
  return (
    <div className={styles.dialog}>
      <output>
        {mailed
          ? `A mail with a link of its own is on its way to ${email}.`
          : `This server sends no mail. Pass the link on to ${email} yourself.`}
      </output>
      <div className={styles.link}>
        <TextInput
          label="Link"
          description={`Shown this once. Good until ${formatMoment(expiresAt)}.`}
          value={link}
          readOnly
          data-autofocus
          onFocus={(event) => {
            event.currentTarget.select();
          }}
        />
        <Button variant="default" onClick={() => void copyLink(link)}>
          Copy
        </Button>
      </div>
      <div className={styles.buttons}>
        <Button variant="default" onClick={props.onNext}>
          Invite another
        </Button>
        <Button onClick={props.onClose}>Done</Button>
      </div>
    </div>
  );
}
