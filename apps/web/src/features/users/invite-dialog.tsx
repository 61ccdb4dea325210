import type { NewInvitation } from '@quadrax/client';
import type { Role } from '@quadrax/contract';
import { Button, Modal, Radio, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { writeClipboard } from '#lib/clipboard.ts';
import { personRules } from '#lib/form-rules.ts';
import { formatMoment } from '#lib/format.ts';
import { roleLabel, roleMeaning, roles } from '#lib/words.ts';
import { SendForm } from '#ui/send-form.tsx';
import { useInvite } from './member-queries.ts';
import styles from './members-page.module.css';

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
  const form = useForm<{ email: string; role: Role }>({
    initialValues: { email: '', role: 'USER' },
    validate: { email: personRules.email },
  });
  return (
    <SendForm
      form={form}
      send={({ email, role }) => invite.mutateAsync({ email: email.trim(), role })}
      onDone={onInvited}
      byCode={{ CONFLICT: 'email' }}
      verb="Invite"
      place="dialog"
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
            <Radio key={role} value={role} label={roleLabel(role)} description={roleMeaning(role)} />
          ))}
        </div>
      </Radio.Group>
    </SendForm>
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
